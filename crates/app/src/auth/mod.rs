//! Signing in and out.

mod password;
mod sign_in;

pub use password::{WeakPassword, hash_password};
pub use sign_in::{Refused, SignedIn, end_all, refresh, sign_in, sign_out, stands};
