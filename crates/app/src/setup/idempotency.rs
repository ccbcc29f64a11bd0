//! One effect per key: a client whose answer was lost may ask again.

use crate::authz::Subject;
use meridian_store::{StoreError, WriteTx, idempotency};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A key given by the client, with a hash of what it asked for.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    key: String,
    request_hash: [u8; 32],
}

impl IdempotencyKey {
    /// A key for one request (operation and arguments, in a stable form); `None` when it is empty, longer than 200
    /// characters or not ASCII.
    pub fn new(key: &str, request: &str) -> Option<Self> {
        let key = key.trim();
        (!key.is_empty() && key.len() <= 200 && key.is_ascii())
            .then(|| Self { key: key.to_owned(), request_hash: Sha256::digest(request.as_bytes()).into() })
    }

    /// The key of one part of a request that has several: each has an effect of its own.
    #[must_use]
    pub fn part(&self, name: &str) -> Self {
        Self { key: format!("{}/{name}", self.key), ..self.clone() }
    }

    fn holder(subject: &Subject) -> Uuid {
        subject.scope().actor().id().unwrap_or_default()
    }

    /// Claims the key in the transaction of the effect; `Some` is the answer of the first time.
    pub(crate) async fn claim(&self, tx: &mut WriteTx, subject: &Subject) -> Result<Option<Value>, StoreError> {
        match idempotency::claim(tx, Self::holder(subject), &self.key, &self.request_hash).await? {
            idempotency::Known::Fresh => Ok(None),
            idempotency::Known::Answered(answer) => Ok(Some(answer)),
            idempotency::Known::OtherRequest => Err(StoreError::Constraint("idempotency_key_reused".to_owned())),
        }
    }

    /// Keeps the answer with the effect.
    pub(crate) async fn answer(&self, tx: &mut WriteTx, subject: &Subject, answer: &Value) -> Result<(), StoreError> {
        idempotency::answer(tx, Self::holder(subject), &self.key, answer).await
    }
}
