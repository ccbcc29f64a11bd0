//! Who may do what. Every use case starts with [`Subject::require`].

use meridian_domain::{
    actor::Actor,
    ids::{AgentId, SessionId, SignInId, TenantId},
    people::{Permission, Role},
};
use meridian_store::TenantScope;

/// The acting subject may not do this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this needs the permission `{}`", .0.code())]
pub struct Forbidden(pub Permission);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Grants {
    Role(Role),
    Scopes(Vec<Permission>),
    /// A web chat visitor: sees one session, as its customer.
    Visitor(SessionId),
    /// Meridian's own work.
    System,
}

/// An authenticated subject. Made here alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    scope: TenantScope,
    grants: Grants,
    sign_in: Option<SignInId>,
}

impl Subject {
    /// A signed-in person whose token was verified.
    pub fn agent(tenant: TenantId, agent: AgentId, role: Role, sign_in: SignInId) -> Self {
        let scope = TenantScope::acting(tenant, Actor::Agent(agent));
        Self { scope, grants: Grants::Role(role), sign_in: Some(sign_in) }
    }

    /// A verified bot or API key with its scopes.
    pub fn integration(tenant: TenantId, actor: Actor, scopes: Vec<Permission>) -> Self {
        Self { scope: TenantScope::acting(tenant, actor), grants: Grants::Scopes(scopes), sign_in: None }
    }

    /// A web chat visitor with a verified token.
    pub fn visitor(tenant: TenantId, session: SessionId, party: meridian_domain::ids::PartyId) -> Self {
        let scope = TenantScope::acting(tenant, Actor::Customer(party));
        Self { scope, grants: Grants::Visitor(session), sign_in: None }
    }

    /// Meridian's own work for a tenant: workers, timers, seeding.
    pub fn system(tenant: TenantId) -> Self {
        Self { scope: TenantScope::acting(tenant, Actor::System), grants: Grants::System, sign_in: None }
    }

    /// The scope of its transactions.
    pub fn scope(&self) -> &TenantScope {
        &self.scope
    }

    /// The agent, if it is one.
    pub fn agent_id(&self) -> Option<AgentId> {
        match self.scope.actor() {
            Actor::Agent(id) => Some(id),
            _ => None,
        }
    }

    /// The sign-in behind an agent's token.
    pub fn sign_in(&self) -> Option<SignInId> {
        self.sign_in
    }

    /// The role, if it is a person.
    pub fn role(&self) -> Option<Role> {
        match self.grants {
            Grants::Role(role) => Some(role),
            _ => None,
        }
    }

    /// The session a visitor may see.
    pub fn visitor_session(&self) -> Option<SessionId> {
        match self.grants {
            Grants::Visitor(session) => Some(session),
            _ => None,
        }
    }

    /// Whether it may.
    pub fn may(&self, permission: Permission) -> bool {
        match &self.grants {
            Grants::Role(role) => role.may(permission),
            Grants::Scopes(scopes) => scopes.contains(&permission),
            Grants::Visitor(_) => false,
            Grants::System => true,
        }
    }

    /// Refuses what it may not.
    pub fn require(&self, permission: Permission) -> Result<(), Forbidden> {
        if self.may(permission) { Ok(()) } else { Err(Forbidden(permission)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn roles_and_scopes_decide() {
        let tenant = TenantId(Uuid::nil());
        let agent = |role| Subject::agent(tenant, AgentId(Uuid::nil()), role, SignInId(Uuid::nil()));
        assert!(agent(Role::Agent).require(Permission::HandleWork).is_ok());
        assert_eq!(agent(Role::Agent).require(Permission::Administer), Err(Forbidden(Permission::Administer)));
        assert!(agent(Role::Auditor).require(Permission::HandleWork).is_err());
        assert!(agent(Role::Supervisor).require(Permission::ReadAudit).is_err());
        let visitor = Subject::visitor(tenant, SessionId(Uuid::nil()), meridian_domain::ids::PartyId(Uuid::nil()));
        assert!(Permission::ALL.into_iter().all(|permission| !visitor.may(permission)));
    }
}
