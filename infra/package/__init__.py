"""What is deployed: our code, and the libraries that it needs, as AWS Lambda and the emulator take them."""
