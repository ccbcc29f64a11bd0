//! Signing in and out, passwords, and API keys.

mod keys;
mod password;
mod sign_in;

pub use keys::{BotCaller, KEY_PREFIX, new_key, verify_bot_key, verify_key};
pub use password::{WeakPassword, hash_password};
pub use sign_in::{Refused, SignedIn, all_stand, change_password, end_all, refresh, sign_in, sign_out, stands};
