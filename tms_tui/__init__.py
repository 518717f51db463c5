"""tms-chat: the terminal console for customer-support chat."""
