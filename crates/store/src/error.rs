//! What can go wrong in the database, in four kinds.

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database or the way to it.
    #[error("database: {0}")]
    Driver(sqlx::Error),
    /// A constraint refused the write; the name is the constraint's.
    #[error("constraint {0}")]
    Constraint(String),
    /// A row that the schema should have made impossible.
    #[error("inconsistent {table}.{column}: {value}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What stands there (codes only).
        value: String,
    },
    /// A sealed column that cannot be opened with the keys at hand.
    #[error("a sealed secret cannot be opened: is MERIDIAN_SECRET_KEY the one it was sealed with?")]
    Sealed,
    /// What was computed beside a transaction did not come to its end.
    #[error("a computation was interrupted")]
    Interrupted,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|e| e.constraint()) {
            Some(name) => Self::Constraint(name.to_owned()),
            None => Self::Driver(error),
        }
    }
}

impl StoreError {
    /// Whether trying the whole transaction again may help (connection lost, deadlock, serialization, time-out).
    pub fn transient(&self) -> bool {
        match self {
            Self::Driver(sqlx::Error::Database(e)) => matches!(
                e.code().as_deref(),
                Some("40001" | "40P01" | "55P03" | "57P01" | "57P02" | "57P03" | "53300" | "57014" | "53100")
            ),
            Self::Driver(e) => {
                !matches!(e, sqlx::Error::RowNotFound | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))
            }
            Self::Interrupted => true,
            _ => false,
        }
    }

    /// Whether the database broke the transaction off because another one met it half way: a deadlock, or a serialization
    /// that failed.
    pub fn collided(&self) -> bool {
        matches!(self, Self::Driver(sqlx::Error::Database(e)) if matches!(e.code().as_deref(), Some("40001" | "40P01")))
    }

    /// Whether a statement took longer than it may.
    pub fn timed_out(&self) -> bool {
        matches!(self, Self::Driver(sqlx::Error::Database(e)) if e.code().as_deref() == Some("57014"))
    }

    /// Whether the named constraint refused the write.
    pub fn violates(&self, constraint: &str) -> bool {
        matches!(self, Self::Constraint(name) if name == constraint)
    }
}

/// Reads a code column, naming table and column when it holds something unknown.
pub(crate) fn code<T>(
    table: &'static str,
    column: &'static str,
    text: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, StoreError> {
    read(text).ok_or_else(|| StoreError::Inconsistent { table, column, value: text.to_owned() })
}
