//! Codes of a tenant: what came of work, and why an offer was let pass.

use crate::ids::{QueueId, WorkCodeId};
use std::collections::BTreeSet;

/// Most codes of one kind that are in use at once: they are read in a list.
pub const MOST_CODES: usize = 100;

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeKind {
    /// What came of work that is written up.
    WrapUp,
    /// Why somebody let an offer pass.
    Decline,
}

impl CodeKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::WrapUp, Self::Decline];

    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::WrapUp => "wrap_up",
            Self::Decline => "decline",
        }
    }

    /// Read back from the database.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A code of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCode {
    /// Id.
    pub id: WorkCodeId,
    /// What it is for.
    pub kind: CodeKind,
    /// Name.
    pub name: String,
    /// Name in Chinese; empty = as `name`.
    pub name_zh: String,
    /// Queues that offer it; empty = all.
    pub queues: BTreeSet<QueueId>,
    /// Whether it can still be chosen.
    pub active: bool,
}

/// Why a code was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeRefused {
    /// The queue asks for one, and none was given.
    #[error("choose one of the codes of this queue")]
    Required,
    /// It is unknown, out of use, of the other kind, or of other queues.
    #[error("this code cannot be chosen here")]
    NotHere,
}

impl WorkCode {
    /// Whether it can be chosen for work of a queue.
    pub fn offered(&self, kind: CodeKind, queue: QueueId) -> bool {
        self.active && self.kind == kind && (self.queues.is_empty() || self.queues.contains(&queue))
    }
}

/// The code that is meant for work of a queue. A queue that asks for one asks for nothing where it offers none: nobody
/// is held up by an empty list.
pub fn choose(
    codes: &[WorkCode],
    kind: CodeKind,
    queue: QueueId,
    required: bool,
    given: Option<WorkCodeId>,
) -> Result<Option<&WorkCode>, CodeRefused> {
    let mut offered = codes.iter().filter(|code| code.offered(kind, queue));
    match given {
        Some(given) => offered.find(|code| code.id == given).map(Some).ok_or(CodeRefused::NotHere),
        None if required && offered.next().is_some() => Err(CodeRefused::Required),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn queue(n: u128) -> QueueId {
        QueueId(Uuid::from_u128(n))
    }

    fn code(n: u128, kind: CodeKind, queues: &[u128]) -> WorkCode {
        WorkCode {
            id: WorkCodeId(Uuid::from_u128(n)),
            kind,
            name: format!("code {n}"),
            name_zh: String::new(),
            queues: queues.iter().map(|n| queue(*n)).collect(),
            active: true,
        }
    }

    #[test]
    fn a_code_is_chosen_where_it_is_offered() {
        let codes = [
            code(1, CodeKind::WrapUp, &[]),
            code(2, CodeKind::WrapUp, &[7]),
            code(3, CodeKind::Decline, &[]),
            WorkCode { active: false, ..code(4, CodeKind::WrapUp, &[]) },
        ];
        let choose = |queue_no, given: Option<u128>| {
            let given = given.map(|n| WorkCodeId(Uuid::from_u128(n)));
            choose(&codes, CodeKind::WrapUp, queue(queue_no), true, given).map(|found| found.map(|c| c.id.0.as_u128()))
        };
        assert_eq!(choose(7, Some(1)), Ok(Some(1)));
        assert_eq!(choose(7, Some(2)), Ok(Some(2)));
        for (queue, given) in [(8, 2), (7, 3), (7, 4), (7, 5)] {
            assert_eq!(choose(queue, Some(given)), Err(CodeRefused::NotHere), "{given} in {queue}");
        }
        assert_eq!(choose(7, None), Err(CodeRefused::Required));
    }

    #[test]
    fn an_empty_list_holds_nobody_up() {
        let codes = [code(2, CodeKind::WrapUp, &[7])];
        assert_eq!(choose(&codes, CodeKind::WrapUp, queue(8), true, None), Ok(None));
        assert_eq!(choose(&codes, CodeKind::WrapUp, queue(7), false, None), Ok(None));
        assert_eq!(CodeKind::ALL.map(|kind| CodeKind::from_code(kind.code())), CodeKind::ALL.map(Some));
    }
}
