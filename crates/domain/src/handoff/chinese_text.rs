//! The brief in Chinese.
use super::slot::{Said, Slot};
pub(super) fn text(_turns: &[Said<'_>], _slots: &[Slot], _limit: usize) -> String {
    String::new()
}
