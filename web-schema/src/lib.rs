//! The GraphQL contract: thin types over the store, one resolver a field, no rules and no SQL.

mod admin;
mod bot_tests;
mod channels;
mod checklists;
mod context;
mod conversations;
mod customers;
mod error;
mod identity;
mod ids;
mod knowledge;
mod live;
mod loaders;
mod lookup;
mod nesting;
mod page;
mod people;
mod red;
mod roots;
mod scalars;
mod understanding;
mod webhooks;
mod work;

pub use async_graphql::parser::types::OperationType;
pub use context::{IDEMPOTENCY_KEY, Viewer};
pub use error::Code;
pub use live::{Feed, Moved};

use async_graphql::{Request, Response, Schema, ServerError, Value, extensions::Analyzer, parser::types};
use futures_util::stream::{BoxStream, StreamExt};
use std::sync::Arc;

type Inner = Schema<roots::Query, roots::Mutation, live::Subscription>;

/// Bounds that a document must keep before anything of it is executed.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Nesting of fields.
    pub depth: usize,
    /// Estimated cost: one a field, lists times their page size.
    pub complexity: usize,
    /// Aliases in one document.
    pub aliases: usize,
    /// Whether the schema tells of itself; `schema.graphql` does anyhow.
    pub introspection: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 12, complexity: 5_000, aliases: 30, introspection: true }
    }
}

/// Brackets that may be open at once; the parser's stack bears a hundred times as many.
const NESTING: usize = 64;

/// The schema, ready to execute.
#[derive(Clone)]
pub struct GraphQl {
    schema: Inner,
    limits: Limits,
}

impl GraphQl {
    /// Builds the schema.
    pub fn new(limits: Limits) -> Self {
        let mut schema = Schema::build(roots::Query::default(), roots::Mutation::default(), live::Subscription);
        if !limits.introspection {
            schema = schema.disable_introspection();
        }
        let schema = schema
            .limit_depth(limits.depth)
            .limit_complexity(limits.complexity)
            .limit_recursive_depth(32)
            .limit_directives(10)
            .extension(Analyzer)
            .finish();
        Self { schema, limits }
    }

    /// The schema language, sorted, with descriptions.
    pub fn sdl(&self) -> String {
        let options = async_graphql::SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items();
        self.schema.sdl_with_options(options)
    }

    /// Executes a query or a mutation.
    pub async fn execute(&self, mut request: Request, viewer: Arc<Viewer>) -> Response {
        if let Some(refused) = self.refuse(&mut request) {
            return refused;
        }
        let idempotency = match context::key_of(&request) {
            Ok(key) => key,
            Err(text) => return refused(text, Code::BadUserInput),
        };
        let request = request.data(loaders::loader(Arc::clone(&viewer))).data(viewer).data(idempotency);
        error::finish(self.schema.execute(request).await)
    }

    /// Executes a subscription (or answers a query once).
    pub fn stream(&self, mut request: Request, viewer: Arc<Viewer>) -> BoxStream<'static, Response> {
        if let Some(refused) = self.refuse(&mut request) {
            return futures_util::stream::once(async move { refused }).boxed();
        }
        // The document lives as long as the stream, and a copy has no room to grow: half of what the parser's takes.
        if let Ok(exact) = request.parsed_query().cloned() {
            request.set_parsed_query(exact);
        }
        let idempotency = match context::key_of(&request) {
            Ok(key) => key,
            Err(text) => return futures_util::stream::once(async move { refused(text, Code::BadUserInput) }).boxed(),
        };
        let request = request.data(loaders::loader(Arc::clone(&viewer))).data(viewer).data(idempotency);
        self.schema.execute_stream(request).map(error::finish).boxed()
    }

    /// What the document's operation is; `None` when it does not parse.
    pub fn operation(request: &mut Request) -> Option<OperationType> {
        if nesting::deepest(&request.query) > NESTING {
            return None;
        }
        let named = request.operation_name.clone();
        let document = request.parsed_query().ok()?;
        let found = document.operations.iter().find(|(name, _)| match (&named, name) {
            (Some(wanted), Some(name)) => wanted == name.as_str(),
            (None, _) => true,
            (Some(_), None) => false,
        });
        found.map(|(_, operation)| operation.node.ty)
    }

    fn refuse(&self, request: &mut Request) -> Option<Response> {
        let nesting = nesting::deepest(&request.query);
        if nesting > NESTING {
            return Some(too_costly(format!("brackets are nested {nesting} deep, at most {NESTING} are allowed")));
        }
        let document = match request.parsed_query() {
            Ok(document) => document,
            Err(mut failure) => {
                // The parser's message quotes the document; the place is enough.
                "the document does not parse".clone_into(&mut failure.message);
                return Some(error::finish(Response::from_errors(vec![failure])));
            }
        };
        let mut aliases = 0;
        let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
        let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
        for set in operations.chain(fragments) {
            aliases += count_aliases(set, 0);
        }
        let text = || format!("{aliases} aliases, at most {} are allowed", self.limits.aliases);
        (aliases > self.limits.aliases).then(|| too_costly(text()))
    }
}

fn too_costly(text: String) -> Response {
    refused(text, Code::QueryTooCostly)
}

fn refused(text: impl Into<String>, code: Code) -> Response {
    let mut refused = ServerError::new(text, None);
    refused.extensions.get_or_insert_default().set("code", Value::from(code.text()));
    error::finish(Response::from_errors(vec![refused]))
}

fn count_aliases(set: &types::SelectionSet, depth: usize) -> usize {
    if depth > 40 {
        return usize::MAX / 4;
    }
    set.items
        .iter()
        .map(|item| match &item.node {
            types::Selection::Field(field) => {
                usize::from(field.node.alias.is_some()) + count_aliases(&field.node.selection_set.node, depth + 1)
            }
            types::Selection::InlineFragment(inline) => count_aliases(&inline.node.selection_set.node, depth + 1),
            types::Selection::FragmentSpread(_) => 0,
        })
        .fold(0, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_the_one_that_is_served() {
        let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql")).unwrap();
        assert_eq!(committed, GraphQl::new(Limits::default()).sdl(), "run .ci/regen");
    }

    #[test]
    fn every_type_and_field_is_described() {
        let sdl = GraphQl::new(Limits::default()).sdl();
        let (mut described, mut inside, mut quoting) = (false, false, false);
        for line in sdl.lines() {
            let text = line.trim();
            if !line.starts_with('\t') && text.ends_with('{') {
                inside = !text.starts_with("schema");
            }
            if text == "\"\"\"" {
                quoting = !quoting;
                described = true;
            } else if inside
                && !quoting
                && line.starts_with('\t')
                && line.matches('\t').count() == 1
                && text.contains(':')
            {
                assert!(described || text.starts_with("edges:") || text.starts_with("node:"), "no description: {text}");
                described = false;
            }
        }
    }

    #[test]
    fn mutations_are_told_from_queries_even_under_a_name() {
        let operation = |query: &str, name: Option<&str>| {
            let mut request = Request::new(query);
            request.operation_name = name.map(str::to_owned);
            GraphQl::operation(&mut request)
        };
        assert_eq!(operation("{ viewer { id } }", None), Some(OperationType::Query));
        assert_eq!(operation("query A { a } mutation B { b }", Some("B")), Some(OperationType::Mutation));
        assert_eq!(operation("{", None), None);
        // The parser's stack would run over, and the process would end.
        assert_eq!(operation(&"{a".repeat(30_000), None), None);
        assert_eq!(operation(&format!("{{a(b:{}", "[".repeat(60_000)), None), None);
    }
}
