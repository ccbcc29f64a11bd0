//! Passwords: Argon2id with the parameters of OWASP's password storage sheet (19 MiB, 2 passes, 1 lane).

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};

/// A password that is too easy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("use at least 12 characters")]
pub struct WeakPassword;

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19 * 1024, 2, 1, None).unwrap_or_default())
}

/// Hashes a password for storage, in PHC form.
pub fn hash_password(password: &str) -> Result<String, WeakPassword> {
    if password.chars().count() < 12 {
        return Err(WeakPassword);
    }
    argon2().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|_| WeakPassword)
}

/// Verifies a password. Without a stored hash it does the same work, so that the time tells nothing.
pub(super) fn verify(password: &str, stored: Option<&str>) -> bool {
    // A valid hash of a random password nobody knows.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$4hFS4ZVoOlO7/uAE14EFYfzC2PKUNMvvdNEuzVfDWy8";
    let known = PasswordHash::new(stored.unwrap_or(NOBODY));
    let matches = known.is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok());
    matches && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_verified_against_its_own_hash_only() {
        let hash = hash_password("correct horse battery").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct horse battery", Some(&hash)));
        assert!(!verify("correct horse batterx", Some(&hash)));
        assert!(!verify("correct horse battery", None));
        assert_eq!(hash_password("short"), Err(WeakPassword));
    }
}
