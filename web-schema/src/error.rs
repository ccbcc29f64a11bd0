//! One map from refusals to codes. Top-level errors are for what the request itself got wrong or nobody could serve;
//! a lost race or a rule that says no is a `userError` of the payload.

use async_graphql::{Enum, ErrorExtensions, Response, SimpleObject, Value};
use meridian_app::{
    authz::Forbidden, bots, checklists, conversations, customers, identity, knowledge, lookup, red, reply_drafts,
    routing, scheduled, setup, understanding,
};
use meridian_store::StoreError;

/// Codes of top-level errors: a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// No or no valid token.
    Unauthenticated,
    /// Not allowed.
    Forbidden,
    /// No such thing in this tenant.
    NotFound,
    /// The request is malformed.
    BadUserInput,
    /// Too deep, too costly, too many aliases.
    QueryTooCostly,
    /// A component is down: try again.
    Unavailable,
    /// Our fault.
    Internal,
}

impl Code {
    /// As published.
    pub fn text(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::QueryTooCostly => "QUERY_TOO_COSTLY",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

/// What a resolver may fail with.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Nobody is signed in.
    #[error("sign in first")]
    Unauthenticated,
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Not there, or of another tenant: one answer.
    #[error("not found")]
    NotFound,
    /// Malformed argument.
    #[error("{0}")]
    BadInput(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<routing::WhyNotRefused> for AppError {
    fn from(refused: routing::WhyNotRefused) -> Self {
        match refused {
            routing::WhyNotRefused::Forbidden(forbidden) => Self::Forbidden(forbidden),
            routing::WhyNotRefused::NotFound(_) => Self::NotFound,
            routing::WhyNotRefused::Store(error) => Self::Store(error),
        }
    }
}

impl ErrorExtensions for AppError {
    fn extend(&self) -> async_graphql::Error {
        let (code, text) = match self {
            Self::Unauthenticated => (Code::Unauthenticated, self.to_string()),
            Self::Forbidden(_) => (Code::Forbidden, self.to_string()),
            Self::NotFound => (Code::NotFound, self.to_string()),
            Self::BadInput(_) => (Code::BadUserInput, self.to_string()),
            Self::Store(StoreError::Constraint(name)) if name == "idempotency_key_reused" => {
                (Code::BadUserInput, "this Idempotency-Key was used for another request".to_owned())
            }
            Self::Store(error) if error.transient() => {
                tracing::warn!(%error, "the database is not available");
                (Code::Unavailable, "the service is not available for a moment: try again".to_owned())
            }
            Self::Store(error) => {
                tracing::error!(%error, "a resolver failed");
                (Code::Internal, "something went wrong on our side".to_owned())
            }
        };
        async_graphql::Error::new(text).extend_with(|_, extensions| extensions.set("code", code.text()))
    }
}

/// Result of a resolver.
pub(crate) type Resolved<T> = async_graphql::Result<T>;

/// Puts codes on the errors that async-graphql itself makes.
pub(crate) fn finish(mut response: Response) -> Response {
    for error in &mut response.errors {
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            let costly = error.message.contains("too deep")
                || error.message.contains("too complex")
                || error.message.contains("recursive depth")
                || error.message.contains("directives");
            let code = if costly { Code::QueryTooCostly } else { Code::BadUserInput };
            extensions.set("code", Value::from(code.text()));
        }
    }
    response
}

/// Why a mutation did not do what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum UserErrorCode {
    /// No such thing in this tenant.
    NotFound,
    /// A value breaks a rule; the message says which.
    Invalid,
    /// Somebody else holds it.
    NotHolder,
    /// It changed meanwhile.
    StaleVersion,
    /// The offer ended before.
    OfferGone,
    /// It is resolved.
    Resolved,
    /// It stands in conflict with what is.
    Conflict,
    /// The provider takes no answer any more until the customer writes again.
    WindowClosed,
}

/// Why a mutation did not do what it was asked for.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct UserError {
    /// For programs; new codes may be added.
    pub code: UserErrorCode,
    /// For people.
    pub message: String,
    /// The field of the input that is meant, like `offerSeconds`; null when it is the whole.
    pub field: Option<String>,
}

/// Splits what a use case refused from what nobody could serve.
pub(crate) trait Refusal: std::fmt::Display + Sized {
    /// The user error, or the top-level error.
    fn split(self) -> Result<UserError, AppError>;
}

macro_rules! refusals {
    ($($type:ty { $($variant:ident $(($($skip:tt)*))? => $code:ident),* $(,)? })*) => {$(
        impl Refusal for $type {
            fn split(self) -> Result<UserError, AppError> {
                let text = self.to_string();
                match self {
                    $(Self::$variant $(($($skip)*))? => {
                        Ok(UserError { code: UserErrorCode::$code, message: text, field: None })
                    })*
                    Self::Forbidden(error) => Err(error.into()),
                    Self::Store(error) => Err(error.into()),
                }
            }
        }
    )*};
}

refusals! {
    routing::OfferRefused { Gone => OfferGone, Reason => Invalid, Code(_) => Invalid }
    routing::PresenceRefused { NotFound => NotFound, NotAChoice => Invalid, Reason => Invalid }
    conversations::ReplyRefused {
        NotFound => NotFound, Text => Invalid, Resolved => Resolved, NotHolder => NotHolder, AccountOff => Conflict, Passed => Conflict,
        Files(_) => Invalid, Template(_) => Invalid, Amendment(_) => Conflict,
        OptedOut(_) => Invalid, WindowClosed(_) => WindowClosed,
    }
    conversations::NoteRefused { NotFound => NotFound, Text => Invalid }
    conversations::ResolveRefused {
        NotFound => NotFound, Stale => StaleVersion, NotOwner => NotHolder, Code(_) => Invalid, Note => Invalid,
        Over => Conflict, Steps(_) => Invalid, Reason => Invalid,
    }
    conversations::SteerRefused {
        NotFound(_) => NotFound, Stale => StaleVersion, NotOwner => NotHolder, Resolved => Resolved, Invalid(_) => Invalid,
        Asleep(_) => Conflict,
    }
    checklists::ChecklistRefused {
        NotFound(_) => NotFound, Wrong(_) => Invalid, Stale => StaleVersion, Taken => Conflict, State(_) => Conflict,
        NotOwner => NotHolder, Resolved => Resolved,
    }
    conversations::CannedRefused { NotFound => NotFound, Invalid(_) => Invalid, Taken => Conflict }
    customers::CustomerRefused { NotFound => NotFound, Stale => StaleVersion, Invalid(_) => Invalid }
    identity::MergeRefused {
        NotFound => NotFound, Same => Conflict, Moved => Conflict, Later(_) => Conflict, Last => Invalid, Invalid(_) => Invalid
    }
    identity::VerifyRefused {
        NotFound(_) => NotFound, Invalid(_) => Invalid, Identifier(_) => Invalid, Which => Invalid, Off => Conflict,
        Withdrawn => Conflict,
    }
    identity::DeclareRefused { NotFound => NotFound, Invalid(_) => Invalid }
    identity::RunRefused { NotFound => NotFound, Running => Conflict }
    setup::PeopleRefused { NotFound => NotFound, Oneself => Conflict }
    setup::SetupRefused {
        NotFound(_) => NotFound, Invalid(_) => Invalid, Wrong(..) => Invalid, Taken(_) => Conflict,
        InUse(..) => Conflict, Stale => StaleVersion, Plan(_) => Invalid, Rule(_) => Invalid,
        Lender(_) => Invalid,
    }
    routing::AssignRefused { NotFound(_) => NotFound, Over => Conflict, Full => Conflict, Mine => Conflict }
    routing::AlertRefused { NotFound => NotFound }
    knowledge::KnowledgeRefused {
        NotFound(_) => NotFound, Wrong(..) => Invalid, Taken => Conflict, State(_) => Conflict,
    }
    scheduled::ScheduleRefused {
        NotFound(_) => NotFound, NothingWaits => Conflict, Taken => Conflict, Over => Conflict, NotHolder => NotHolder,
        Window(_) => Invalid, Wrong(..) => Invalid,
    }
    lookup::LookupRefused { NotFound(_) => NotFound, Soon => Conflict }
    reply_drafts::DraftRefused {
        NotFound(_) => NotFound, NoModel => Conflict, Resolved => Resolved, NotHolder => NotHolder, Nothing => Conflict,
        Instruction => Invalid,
    }
    bots::BotTestRefused {
        NotFound(_) => NotFound, NoAddress => Conflict, Act(_) => Invalid, Dialogue(_) => Invalid, Long => Invalid,
        Nothing => Conflict, Recorded => Conflict, Busy => Conflict, Often => Conflict,
    }
    red::EventRefused { NotFound => NotFound, Invalid(_) => Invalid }
    understanding::TeachRefused {
        NotFound(_) => NotFound, Example(_) => Invalid, Bounds(_) => Invalid, Untrainable(_) => Invalid,
        Training => Conflict, Unusable => Conflict,
    }
    understanding::CorrectRefused {
        NotFound => NotFound, NotACustomers => Invalid, NoSuchIntent => NotFound, Language => Invalid, Nothing => Invalid,
    }
}
