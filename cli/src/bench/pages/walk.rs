//! A parent's way: the form from its first page to the receipt, then the pages of the case, in a browser of their own.
//!
//! Each page is answered as a browser would, from what stands on it, and each answer must be the one that is due: a page
//! that is quick because it is a redirect or a problem is not measured, it ends the benchmark.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use futures::TryStreamExt as _;
use futures::stream::FuturesUnordered;
use jiff::Zoned;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::StatusCode;

use super::asked::{self, Typed, answered, inputs, left_blank};
use super::browser::{Answer, Browser};
use super::{Page, Walks, times::Times};
use crate::load::families::{self, Family};

/// The pages of the form, in their order, for one baby and two parents who are both there.
const FORM: [&str; 15] = [
    "start",
    "baby-1/name",
    "baby-1/birth",
    "place",
    "parent-1/name",
    "parent-1/about",
    "parent-2/name",
    "parent-2/about",
    "parents",
    "address",
    "contact",
    "services",
    "review",
    "certify-1",
    "certify-2",
];

/// The page that has links to all others and no form.
const REVIEW: &str = "review";

/// The page that may be left blank.
const OPTIONAL: &str = "parents";

/// What comes after the form.
const SENT: &str = "sent";

/// The pages of a case, after its reference.
const CASE: [&str; 8] =
    ["", "/statement", "/shared", "/confirmation", "/welcome", "/address", "/withdraw", "/loss"];

/// A link to certify that nobody was sent.
const NO_LINK: &str = "0123456789abcdef0123456789abcdef";

/// How long answers took, by what was asked.
type Took = BTreeMap<String, Vec<f64>>;

/// Many parents, each in a browser of their own, each with one form after the other.
pub async fn measure(address: &str, options: &Walks) -> Result<Vec<Page>> {
    let done = Cell::new(0);
    // Unordered: whoever does not come through ends it for all, and at once.
    let walks: FuturesUnordered<_> =
        (0..options.parents).map(|nth| walks(address, options, nth, &done)).collect();
    let parents: Vec<Took> = walks.try_collect().await?;
    let mut took = Took::new();
    for parent in parents {
        for (page, times) in parent {
            took.entry(page).or_default().extend(times);
        }
    }
    let mut pages: Vec<Page> =
        took.into_iter().map(|(page, times)| Page::of(page, &Times::of(times))).collect();
    pages.sort_by(|a, b| b.p95_ms.total_cmp(&a.p95_ms));
    Ok(pages)
}

/// One parent's walks. Nobody goes home before all are done, so that there are as many to the end.
async fn walks(address: &str, options: &Walks, nth: usize, done: &Cell<usize>) -> Result<Took> {
    let looks = Duration::from_millis(options.looks_ms);
    let mut parent = Parent {
        browser: Browser::new(address)?,
        french: nth % 2 == 1,
        looks,
        rng: StdRng::seed_from_u64(nth as u64),
        took: Took::new(),
    };
    // Nobody begins where and when the others do.
    let pages = FORM.len() + CASE.len() + 3;
    let whole = looks * u32::try_from(pages).unwrap_or(u32::MAX);
    tokio::time::sleep(whole.mul_f64(nth as f64 / options.parents as f64)).await;
    let mut measured = Took::new();
    for walk in 0.. {
        let family = ordinary(walk * options.parents + nth);
        let typed = asked::typed(&family.form)?;
        let errs_at = left_blank_by(nth + walk);
        parent
            .walk(&typed, errs_at)
            .await
            .with_context(|| format!("parent {nth} does not come through walk {walk}"))?;
        // The first is to warm up.
        let took = std::mem::take(&mut parent.took);
        if (1..=options.walks).contains(&walk) {
            for (page, times) in took {
                measured.entry(page).or_default().extend(times);
            }
        }
        if walk == options.walks {
            done.set(done.get() + 1);
        }
        if done.get() == options.parents {
            break;
        }
    }
    Ok(measured)
}

/// The page on which a family answers nothing at first: on one after the other, where that is an error.
fn left_blank_by(nth: usize) -> &'static str {
    let may_err: Vec<_> = FORM.into_iter().filter(|it| ![REVIEW, OPTIONAL].contains(it)).collect();
    may_err[nth % may_err.len()]
}

/// One baby, and two parents who are both there.
fn ordinary(nth: usize) -> Family {
    let today = Zoned::now().date();
    let families = (0..).map(|it| families::family(0xBE9C + nth as u64, it, today));
    let mut ordinary =
        families.filter(|it| it.form.children.len() == 1 && it.form.parents.len() == 2);
    ordinary.next().expect("there is always another family")
}

struct Parent {
    browser: Browser,
    french: bool,
    /// How long they look at a page, on average.
    looks: Duration,
    rng: StdRng,
    took: Took,
}

impl Parent {
    /// From the start page to the last page of the case.
    async fn walk(&mut self, typed: &Typed, errs_at: &str) -> Result<()> {
        self.browser.forgets();
        let start = self.opens("/", "", StatusCode::OK).await?;
        for (asset, mark) in [("style.css", "rel=\"stylesheet\" href=\""), ("portal.js", "src=\"")]
        {
            let address = between(&start.text, mark, "\"")?.to_owned();
            let answer = self.browser.opens(&address).await?;
            self.judge(format!("GET /assets/{{hash}}/{asset}"), &answer, StatusCode::OK)?;
        }
        self.looks().await;
        self.fills_in(typed, errs_at).await?;
        let path = format!("/form/{SENT}");
        let sent = self.opens(&path, &path, StatusCode::OK).await?;
        let mut codes = sent.text.split("class=\"code\">").skip(1);
        let mut code = || Some(codes.next()?.split('<').next()?.to_owned());
        let (reference, code) = (code(), code());
        let reference = reference.context("the last page shows no reference")?;
        let code = code.context("the last page shows no access code")?;
        self.looks().await;
        for page in CASE {
            let path = format!("/case/{reference}{page}");
            self.opens(&format!("/case/{{ref}}{page}"), &path, StatusCode::OK).await?;
            self.looks().await;
        }
        self.comes_back(&reference, &code).await
    }

    /// The whole form. On one page nothing is answered at first.
    async fn fills_in(&mut self, typed: &Typed, errs_at: &str) -> Result<()> {
        let following = FORM.iter().skip(1).chain([&SENT]);
        for (page, next) in FORM.iter().zip(following) {
            let path = format!("/form/{page}");
            let shown = self.opens(&path, &path, StatusCode::OK).await?;
            let there = self.at(&format!("/form/{next}"));
            self.looks().await;
            if *page == REVIEW {
                let leads = format!("href=\"{there}\"");
                ensure!(shown.text.contains(&leads), "the page with everything does not lead on");
                continue;
            }
            let path = self.at(&path);
            let mut text = shown.text;
            if *page == errs_at {
                let wrong = self.browser.sends(&path, &left_blank(&inputs(&text))).await?;
                let name = "POST /form/{page}, left blank".to_owned();
                self.judge(name, &wrong, StatusCode::UNPROCESSABLE_ENTITY)?;
                text = wrong.text;
                self.looks().await;
            }
            let inputs = answered(&inputs(&text), typed);
            let answer = self.browser.sends(&path, &inputs).await?;
            self.judge(format!("POST /form/{page}"), &answer, StatusCode::SEE_OTHER)?;
            ensure!(
                answer.location == there,
                "{path} leads to {} and not to {there}",
                answer.location
            );
        }
        Ok(())
    }

    /// On another day: with the reference and the code; once also with a link that is none.
    async fn comes_back(&mut self, reference: &str, code: &str) -> Result<()> {
        self.browser.forgets();
        self.opens("/status", "/status", StatusCode::OK).await?;
        self.looks().await;
        let inputs = [("reference", reference), ("code", code)];
        let path = self.at("/status");
        let answer = self.browser.sends(&path, &inputs).await?;
        self.judge("POST /status".to_owned(), &answer, StatusCode::SEE_OTHER)?;
        let there = self.at(&format!("/case/{reference}"));
        ensure!(answer.location == there, "the code leads to {}", answer.location);
        let link = format!("/read/{NO_LINK}");
        self.opens("/read/{token}", &link, StatusCode::NOT_FOUND).await?;
        Ok(())
    }

    /// Opens a page. `page` is its address with its parameters in braces.
    async fn opens(&mut self, page: &str, path: &str, due: StatusCode) -> Result<Answer> {
        let path = self.at(path);
        let answer = self.browser.opens(&path).await?;
        self.judge(format!("GET {page}"), &answer, due)?;
        Ok(answer)
    }

    /// Keeps the time of an answer, if it is the one that is due.
    fn judge(&mut self, name: String, answer: &Answer, due: StatusCode) -> Result<()> {
        if answer.status != due {
            let whither = match answer.location.as_str() {
                "" => String::new(),
                there => format!(" and leads to {there}"),
            };
            bail!("{name} is answered with {}{whither}, not with {due}", answer.status);
        }
        self.took.entry(name).or_default().push(answer.took_ms);
        Ok(())
    }

    fn at(&self, path: &str) -> String {
        let language = if self.french { "fr" } else { "en" };
        format!("/{language}{path}")
    }

    /// Half of the time to one and a half.
    async fn looks(&mut self) {
        let share = self.rng.random_range(0.5..1.5);
        tokio::time::sleep(self.looks.mul_f64(share)).await;
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Result<&'a str> {
    let rest = text.split_once(before).map(|it| it.1);
    let found = rest.and_then(|it| it.split(after).next());
    found.with_context(|| format!("the page has no {before}"))
}
