//! Files of messages: fetching, uploading, showing.

mod fetch;
mod link;
mod upload;

pub(crate) use fetch::expect;
pub use fetch::{Fetch, claim, failed, kept};
pub use link::{Download, LINK_SECONDS, link, opened, sent_link};
pub use upload::{Upload, UploadRefused, uploaded};

pub use meridian_store::attachments::Source;

use sha2::{Digest, Sha256};

/// What names the content of a file.
fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
