"""The parameters that every deployment has to be given: where the world around it is."""

WORLD = {
    "TemporalAddress": "temporal.internal:7233",
    "CustomsUrl": "https://customs.example/messages",
    "PaymentDataUrl": "https://customs.example/data",
    "PaymentFirmUrl": "https://firm.example",
    "BankUrl": "https://bank.example",
}
