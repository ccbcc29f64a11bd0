//! A visitor of a web chat would rather have a person than the bot.

use super::handoff::take_over;
use crate::{App, authz::Subject};
use meridian_store::StoreError;

/// Lets people take over the visitor's session; tells whether a bot held it.
pub async fn person_asked(app: &App, visitor: &Subject) -> Result<bool, StoreError> {
    let Some(session) = visitor.visitor_session() else { return Ok(false) };
    let mut tx = app.db.write(Subject::system(visitor.scope().tenant()).scope()).await?;
    let taken = take_over(&mut tx, session, "requested").await?;
    tx.commit().await?;
    Ok(taken)
}
