//! Rules for the text of mails: what of it was newly written.

mod marks;
pub mod reply;
mod words;
