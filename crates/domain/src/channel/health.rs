//! When an account needs an admin, and why, in words.

use crate::outbound::ErrorClass;

/// Sends in a row that fail for the provider's sake before an admin is called.
pub const IN_A_ROW: i32 = 5;

/// What a failed send says about its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: the message or its recipient was at fault.
    Fine,
    /// It counts, and an admin is called when it goes on.
    Counts,
    /// An admin is needed; the code says what for.
    Attention(&'static str),
}

/// Judges a failure; `in_a_row` counts the failed sends before it.
pub fn judge(class: ErrorClass, in_a_row: i32) -> Verdict {
    match class {
        ErrorClass::Auth => Verdict::Attention("auth"),
        ErrorClass::AccountSuspended => Verdict::Attention("account_suspended"),
        ErrorClass::ProviderDown | ErrorClass::Throttled | ErrorClass::Ambiguous if in_a_row + 1 >= IN_A_ROW => {
            Verdict::Attention("unreachable")
        }
        ErrorClass::ProviderDown | ErrorClass::Throttled | ErrorClass::Ambiguous => Verdict::Counts,
        _ => Verdict::Fine,
    }
}

/// A code in words, with the remedy; `detail` is what the provider said.
pub fn words(code: &str, detail: &str) -> String {
    match code {
        "auth" => format!(
            "The provider refuses the credentials: {detail}. Renew the secret at the provider and rotate it here."
        ),
        "account_suspended" => {
            format!(
                "The provider has suspended or restricted the account: {detail}. Settle it at the provider, then test the account."
            )
        }
        "restricted" => {
            format!(
                "The provider has restricted the account: {detail}. Settle it in the provider's manager, then test the account."
            )
        }
        "quality" => {
            format!(
                "Too many people block or report messages of this account: {detail}. Send fewer templates that nobody asked \
                 for, and look at their quality in the provider's manager."
            )
        }
        _ => format!(
            "{IN_A_ROW} sends in a row failed: {detail}. Look at the provider's status page, then test the account."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_credentials_call_at_once_and_a_provider_that_is_down_after_a_while() {
        assert_eq!(judge(ErrorClass::Auth, 0), Verdict::Attention("auth"));
        assert_eq!(judge(ErrorClass::ProviderDown, 0), Verdict::Counts);
        assert_eq!(judge(ErrorClass::ProviderDown, 3), Verdict::Counts);
        assert_eq!(judge(ErrorClass::Throttled, 4), Verdict::Attention("unreachable"));
        assert_eq!(judge(ErrorClass::BadRecipient, 99), Verdict::Fine);
        assert!(words("auth", "190 expired").contains("190 expired") && words("auth", "x").contains("rotate"));
    }
}
