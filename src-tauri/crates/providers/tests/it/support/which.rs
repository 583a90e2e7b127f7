//! One test, both vendors: a provider of either kind whose vendor is a small server of the test's own.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::Secret;
use jiff::Timestamp;
use tapeshelf_providers::vbc::Clock;
use tapeshelf_providers::{
    Provider, TokenSet, TokenStore, Transport, TransportOptions, Vbc, VbcConfig,
};

use super::{AUTH_ID, Request, Server, TOKEN, account_with, quick};

/// The application's secret of the tests.
pub(crate) const CLIENT_SECRET: &str = "canary-client-secret-77aa01";
/// The refresh token of the tests.
pub(crate) const REFRESH: &str = "canary-refresh-token-0b5e66";

/// A vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    Vobiz,
    Vbc,
}

impl Which {
    /// An account of this vendor at the server.
    pub(crate) fn account(self, server: &Server) -> Box<dyn Provider> {
        self.account_with(server, quick())
    }

    /// The same with other limits.
    pub(crate) fn account_with(
        self,
        server: &Server,
        options: TransportOptions,
    ) -> Box<dyn Provider> {
        match self {
            Self::Vobiz => Box::new(account_with(&server.base_url(), options)),
            Self::Vbc => Box::new(pasted(vbc_config(server), options)),
        }
    }

    /// Whether a request carried the account's credentials.
    pub(crate) fn is_known_by(self, request: &Request) -> bool {
        match self {
            Self::Vobiz => {
                request.header("x-auth-id") == Some(AUTH_ID)
                    && request.header("x-auth-token") == Some(TOKEN)
            }
            Self::Vbc => {
                request.header("authorization") == Some(format!("Bearer {TOKEN}").as_str())
            }
        }
    }
}

/// Makes each of these functions two tests, one a vendor.
macro_rules! on_both_vendors {
    ($($name:ident),* $(,)?) => {
        mod vobiz {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::support::Which::Vobiz).await;
            })*
        }
        mod vbc {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::support::Which::Vbc).await;
            })*
        }
    };
}
pub(crate) use on_both_vendors;

/// A VBC account whose every address is on this server, without a quota to speak of.
pub(crate) fn vbc_config(server: &Server) -> VbcConfig {
    VbcConfig {
        service_base: server.url("/t/vbc.prod/call_recording").parse().unwrap(),
        provisioning_base: Some(server.url("/t/vbc.prod/provisioning").parse().unwrap()),
        token_url: server.url("/token").parse().unwrap(),
        authorize_url: server.url("/authorize").parse().unwrap(),
        account: "self".into(),
        client_id: "client-key".into(),
        client_secret: Secret::new(CLIENT_SECRET.into()),
        page_size: 0,
        requests_per_min: 1_000_000,
        company_only: false,
    }
}

/// An account with nothing but a pasted token, which nothing renews.
pub(crate) fn pasted(config: VbcConfig, options: TransportOptions) -> Vbc {
    let tokens = TokenSet { access: Secret::new(TOKEN.into()), refresh: None, expires_at: None };
    signed_in(config, tokens, &Arc::new(Kept::default()), options)
}

/// The same over connections that are there already.
pub(crate) fn pasted_over(config: VbcConfig, transport: Transport) -> Vbc {
    let tokens = TokenSet { access: Secret::new(TOKEN.into()), refresh: None, expires_at: None };
    Vbc::new(config, tokens, Arc::<Kept>::default(), Arc::new(Timestamp::now), transport).unwrap()
}

/// Tokens that can be renewed once.
pub(crate) fn renewable() -> TokenSet {
    TokenSet {
        access: Secret::new(TOKEN.into()),
        refresh: Some(Secret::new(REFRESH.into())),
        expires_at: None,
    }
}

/// An account with these tokens and the computer's clock.
pub(crate) fn signed_in(
    config: VbcConfig,
    tokens: TokenSet,
    store: &Arc<Kept>,
    options: TransportOptions,
) -> Vbc {
    signed_in_over(config, tokens, store, Transport::new(options).unwrap())
}

/// The same over connections that are there already.
pub(crate) fn signed_in_over(
    config: VbcConfig,
    tokens: TokenSet,
    store: &Arc<Kept>,
    transport: Transport,
) -> Vbc {
    let clock: Clock = Arc::new(Timestamp::now);
    let store: Arc<dyn TokenStore> = Arc::<Kept>::clone(store);
    Vbc::new(config, tokens, store, clock, transport).unwrap()
}

/// A keyring of the test's own.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    saved: Mutex<Vec<TokenSet>>,
    refusing: Mutex<bool>,
}

impl Kept {
    /// The access tokens that were kept, in order.
    pub(crate) fn access_tokens(&self) -> Vec<String> {
        self.saved.lock().unwrap().iter().map(|set| set.access.expose().clone()).collect()
    }

    /// All tokens that were kept, of both kinds.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let saved = self.saved.lock().unwrap();
        let both = saved.iter().flat_map(|set| [Some(&set.access), set.refresh.as_ref()]);
        both.flatten().map(|secret| secret.expose().clone()).collect()
    }

    /// The newest set.
    pub(crate) fn newest(&self) -> Option<TokenSet> {
        self.saved.lock().unwrap().last().cloned()
    }

    /// Refuses to keep anything, or not any more.
    pub(crate) fn refuse(&self, refusing: bool) {
        *self.refusing.lock().unwrap() = refusing;
    }
}

#[async_trait]
impl TokenStore for Kept {
    async fn save(&self, tokens: &TokenSet) -> Result<(), String> {
        if *self.refusing.lock().unwrap() {
            return Err("the keyring is locked".into());
        }
        self.saved.lock().unwrap().push(tokens.clone());
        Ok(())
    }
}
