"""The invoice as a document: what it says, what it adds up to, and what other systems read of it. No database here.

To add an export: a module with `write(documents, …)` that gives (file name, bytes) for each file.
"""
