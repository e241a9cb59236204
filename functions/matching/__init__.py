"""Three-document matching 三单对碰: order, payment, waybill, declaration list."""
