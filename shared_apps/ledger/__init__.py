"""Double-entry books: accounts, transactions, transfers and statements."""
