//! The accounts of the built-in server, with made-up calls of both vendors.

use std::sync::Arc;

use domain::region::Region;
use domain::{Account, AccountId, Secret, Vendor};
use providers::Provider;
use providers::vbc::{TokenSet, Vbc};
use sandbox::{Sandbox, SandboxOptions, VbcSandbox};
use uuid::Uuid;

use super::profile::{Remembered, VbcProfile};
use super::secrets::VbcSecret;
use super::vbc::config;
use crate::Engine;
use crate::error::{Error, Result};

/// File in the data folder in which the sandbox remembers what was deleted and exported.
const SANDBOX_STATE: &str = "sandbox.json";
/// Fast enough that nobody waits for the demo, slow enough to have a pace.
const DEMO_REQUESTS_PER_MIN: u32 = 600;

/// People of the demo company.
const DEMO_PEOPLE: u32 = 5;

impl VbcProfile {
    /// The addresses and the key of a sandbox's VBC account.
    pub fn of_sandbox(vbc: &VbcSandbox<'_>, requests_per_min: u32) -> Self {
        Self {
            region: Region::Custom,
            service_base: vbc.service_base(),
            provisioning_base: Some(vbc.provisioning_base()),
            token_url: vbc.token_url(),
            authorize_url: vbc.authorize_url(),
            client_id: vbc.client_id().to_owned(),
            requests_per_min,
        }
    }
}

impl Engine {
    /// Starts the built-in server and adds its accounts, or returns those that are there. The first is Vobiz's.
    pub async fn add_sandbox(&self) -> Result<Vec<Account>> {
        let known = self.accounts().await?;
        let mut accounts = Vec::new();
        for vendor in [Vendor::Vobiz, Vendor::Vbc] {
            let there = known
                .iter()
                .find(|state| state.account.is_sandbox && state.account.vendor == vendor);
            let account = match there {
                Some(state) => state.account.clone(),
                None => self.add_demo_account(vendor).await?,
            };
            self.start_sync(&account.id);
            accounts.push(account);
        }
        Ok(accounts)
    }

    async fn add_demo_account(&self, vendor: Vendor) -> Result<Account> {
        let sandbox = self.sandbox().await?;
        let (label, auth_id) = match vendor {
            Vendor::Vobiz => ("Sandbox", sandbox.auth_id().to_owned()),
            Vendor::Vbc => ("Sandbox Vonage", sandbox.vbc().username()),
        };
        let account = Account {
            id: AccountId::new(Uuid::now_v7().to_string()),
            vendor,
            label: label.into(),
            auth_id,
            base_url: sandbox.api_base_url(),
            page_size: 100,
            is_sandbox: true,
            time_zone: None,
        };
        let provider = self.speak_demo(&account).await?;
        let facts = provider.check().await?;
        self.keep_account(&account, provider, &Remembered::default().learn(facts, self.now()))
            .await?;
        Ok(account)
    }

    /// The provider of a demo account. Its addresses and tokens are of this run alone.
    pub(super) async fn speak_demo(&self, account: &Account) -> Result<Arc<dyn Provider>> {
        let sandbox = self.sandbox().await?;
        let mut account = account.clone();
        account.base_url = sandbox.api_base_url();
        if account.vendor == Vendor::Vobiz {
            let token = Secret::new(sandbox.auth_token().to_owned());
            return self.speak_vobiz(&account, token).await;
        }
        let vbc = sandbox.vbc();
        let profile = VbcProfile::of_sandbox(&vbc, DEMO_REQUESTS_PER_MIN);
        let tokens = self.demo_tokens(&profile, &vbc).await?;
        let secret =
            VbcSecret { client_secret: Secret::new(vbc.client_secret().to_owned()), tokens };
        self.speak_vbc(&account, &profile, &secret)
    }

    async fn demo_tokens(&self, profile: &VbcProfile, vbc: &VbcSandbox<'_>) -> Result<TokenSet> {
        let password = Secret::new(vbc.password().to_owned());
        let client_secret = Secret::new(vbc.client_secret().to_owned());
        let config = config(profile, &client_secret, 100)?;
        let (transport, now) = (self.transport(), self.now());
        Ok(Vbc::sign_in_with_password(&config, &vbc.username(), password, &transport, now).await?)
    }

    /// The built-in server, started at first use.
    pub(super) async fn sandbox(&self) -> Result<&Sandbox> {
        // A tenth of the calls are VBC's, and a tenth of these its people recorded on demand.
        let total = self.inner.sandbox_recordings;
        let of_vbc = total / 10;
        let each_person = of_vbc / (10 * DEMO_PEOPLE);
        let options = SandboxOptions {
            recordings: total - of_vbc,
            vbc_recordings: of_vbc - each_person * DEMO_PEOPLE,
            // The administrator is one more.
            vbc_users: DEMO_PEOPLE - 1,
            vbc_on_demand: each_person,
            state_file: Some(self.inner.data_dir.join(SANDBOX_STATE)),
            ..SandboxOptions::default()
        };
        self.inner.sandbox.get_or_try_init(|| Sandbox::start(options)).await.map_err(|error| {
            Error::Internal { what: format!("the sandbox did not start: {error}") }
        })
    }
}
