//! Every address that the portal answers, read from its source: a page that is added is walked without anybody thinking
//! of it.

use std::{fs, path::Path};

use axum::http::Method;

use crate::stage::{Answer, Stage};

/// An address with its parameters in braces, and how it may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub template: String,
    pub methods: Vec<Method>,
}

/// What stands in an address for its parameters.
pub struct Place<'a> {
    pub case: &'a str,
    /// The link of a parent who was asked to certify.
    pub token: &'a str,
}

/// What a browser sends to every address that takes something, whether it belongs there or not.
pub const EVERYTHING: [(&str, &str); 22] = [
    ("version", "1"),
    ("objection", "SOMETHING_WRONG"),
    ("agrees", "true"),
    ("checked", "true"),
    ("typed_name", "Somebody Else"),
    ("what", "address"),
    ("leg", "sin"),
    ("code", "00000000"),
    ("language", "en-CA"),
    ("revision", "4"),
    ("action", "withdraw"),
    ("reason", "PARENTS_ASKED"),
    ("parent", "0"),
    ("reference", "NB-0000-0000"),
    ("token", "nobody"),
    ("name", "Nobody"),
    ("born", "2000-01-01"),
    ("contact.mailing.line1", "7 Birch Street"),
    ("contact.mailing.city", "Kingston"),
    ("contact.mailing.province", "ON"),
    ("contact.mailing.postal_code", "k7l 1a1"),
    ("contact.mailing.country", "CA"),
];

impl Route {
    /// The addresses in both languages.
    pub fn addresses(&self, at: &Place<'_>) -> Vec<String> {
        let languages: &[&str] =
            if self.template.contains("{language}") { &["en", "fr"] } else { &[""] };
        let filled = languages.iter().map(|language| {
            let address = self
                .template
                .replace("{language}", language)
                .replace("{ref}", at.case)
                .replace("{token}", at.token)
                .replace("{paper}", "SINGLE_NAME")
                .replace("{number}", "1")
                .replace("{hash}", "0123456789abcdef")
                .replace("{name}", "style.css")
                .replace("{code}", "NOT_LIVE_BIRTH")
                .replace("{*step}", "review");
            assert!(!address.contains('{'), "say what to put into {address}");
            address
        });
        filled.collect()
    }

    /// Asks in every way, and gives each answer with the address.
    pub async fn walk(
        &self,
        stage: &Stage,
        at: &Place<'_>,
        cookies: &str,
    ) -> Vec<(String, Answer)> {
        let mut answers = Vec::new();
        for address in self.addresses(at) {
            for method in &self.methods {
                let answer = match *method {
                    Method::GET => {
                        let asked = format!("{address}?seen=0&payment=x&code=yes");
                        stage.page(&asked, cookies).await
                    }
                    _ => stage.post(&address, cookies, &EVERYTHING).await,
                };
                answers.push((format!("{method} {address}"), answer));
            }
        }
        answers
    }
}

/// Every route but those of the API, which describes itself.
pub fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut routes);
    routes
}

fn read_folder(folder: &Path, routes: &mut Vec<Route>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it is an entry").path();
        if path.is_dir() {
            read_folder(&path, routes);
        } else {
            let text = fs::read_to_string(&path).expect("it is text");
            for other in [".nest(", ".nest_service(", ".route_service("] {
                let only_the_api = path.ends_with("api/mod.rs");
                let hides = text.contains(other) && !only_the_api;
                assert!(!hides, "{} has routes that nobody would walk: {other}", path.display());
            }
            routes.extend(text.split(".route(").skip(1).map(read));
        }
    }
}

/// What follows `.route(`: an address and who answers it.
fn read(text: &str) -> Route {
    let text = text.trim_start();
    let template = text.strip_prefix('"').and_then(|it| it.split_once('"'));
    let (template, rest) = template.expect("the address of a route is written out");
    let end = closing(rest).expect("the parenthesis is closed");
    let methods = [("get(", Method::GET), ("post(", Method::POST)];
    let methods: Vec<Method> =
        methods.into_iter().filter(|(word, _)| rest[..end].contains(word)).map(|it| it.1).collect();
    assert!(!methods.is_empty(), "{template} is asked in a way that nobody would walk");
    Route { template: template.to_owned(), methods }
}

/// Where the parenthesis is closed that was open before the text.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1;
    for (at, sign) in text.char_indices() {
        open += match sign {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if open == 0 {
            return Some(at);
        }
    }
    None
}

#[test]
fn the_routes_are_those_of_the_source() {
    let routes = routes();
    let expected = [
        ("/{language}/case/{ref}", vec![Method::GET]),
        ("/{language}/case/{ref}/address", vec![Method::GET, Method::POST]),
        ("/{language}/case/{ref}/certify", vec![Method::POST]),
        ("/{language}/read/{token}", vec![Method::GET, Method::POST]),
        ("/metrics", vec![Method::GET]),
    ];
    for (template, methods) in expected {
        let route = Route { template: template.to_owned(), methods };
        assert!(routes.contains(&route), "{route:?} is not in {routes:?}");
    }
}
