using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageGateway.SystemTests.Dashboard;

/// <summary>Keys, and what is shown when something is missing.</summary>
[Collection(DashboardCollection.Name)]
public sealed class AccessTests(DashboardFixture fixture)
{
    private static readonly string[] Views = ["overview", "budgets", "traffic", "jobs"];

    [Theory]
    [InlineData("igw_wrong")]
    [InlineData(Keys.Acme)]
    public async Task Wrong_key_is_told_and_not_kept(string key)
    {
        await using var dashboard = await fixture.OpenAsync(key: key);
        dashboard.RequestsMayFail = true;
        await Expect(dashboard.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Incorrect API key provided.");
        Assert.Equal(0, await dashboard.Page.EvaluateAsync<int>("() => sessionStorage.length + localStorage.length"));
        await dashboard.ScreenshotAsync("wrong-key");
        await dashboard.EnterAsync(Keys.Reader);
        await Expect(dashboard.Page.GetByText("Month to date")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Key_is_kept_for_the_tab_alone_and_forgotten_when_asked()
    {
        await using var dashboard = await fixture.OpenAsync("#targets");
        await dashboard.SettleAsync();
        Assert.Equal(0, await dashboard.Page.EvaluateAsync<int>("() => localStorage.length + document.cookie.length"));
        await dashboard.Page.ReloadAsync();
        await Expect(dashboard.Page.GetByText("3 of 3")).ToBeVisibleAsync();
        await dashboard.Page.GetByText("Forget keys").ClickAsync();
        await Expect(dashboard.Page.GetByLabel("Key", new PageGetByLabelOptions { Exact = true })).ToBeVisibleAsync();
        Assert.Equal(0, await dashboard.Page.EvaluateAsync<int>("() => sessionStorage.length"));
    }

    [Fact]
    public async Task Key_that_is_refused_later_is_asked_for_again()
    {
        await using var dashboard = await fixture.OpenAsync("#targets");
        dashboard.RequestsMayFail = true;
        await dashboard.SettleAsync();
        await dashboard.Page.EvaluateAsync("() => sessionStorage.setItem('imagegateway.admin-key', 'revoked')");
        await dashboard.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Budgets" }).ClickAsync();
        await Expect(dashboard.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Incorrect API key provided.");
        await Expect(dashboard.Page.GetByLabel("Key", new PageGetByLabelOptions { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Gateway_that_cannot_be_reached_is_told_and_asked_again()
    {
        await using var dashboard = await fixture.OpenAsync("#targets");
        dashboard.RequestsMayFail = true;
        await dashboard.SettleAsync();
        await dashboard.Page.Context.SetOfflineAsync(true);
        await dashboard.Page.GetByText("Refresh").ClickAsync();
        await Expect(dashboard.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The gateway cannot be reached.");
        await dashboard.ScreenshotAsync("offline");
        await dashboard.Page.Context.SetOfflineAsync(false);
        await dashboard.Page.GetByText("Try again").ClickAsync();
        await Expect(dashboard.Page.GetByText("3 of 3")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Gateway_without_jobs_or_limits_says_so()
    {
        await using var gateway = await OwnGateway.StartAsync($$""" "Providers": { {{OwnGateway.Account("openai")}} } """);
        await using var dashboard = await fixture.OpenAsync("#overview", Keys.Admin, gateway: gateway.Http.BaseAddress);
        foreach (var view in Views)
        {
            await dashboard.Page.EvaluateAsync($"() => {{ location.hash = '{view}'; }}");
            await Expect(dashboard.Page.Locator(".empty").First).ToBeVisibleAsync();
            await dashboard.SettleAsync();
            await dashboard.ScreenshotAsync($"empty-{view}");
        }
    }

    [Fact]
    public async Task Gateway_without_a_database_shows_what_needs_none()
    {
        await using var gateway = await OwnGateway.StartAsync($$""" "Providers": { {{OwnGateway.Account("openai")}} } """, null, "", "--ConnectionStrings:Database", "");
        await using var dashboard = await fixture.OpenAsync("#overview", Keys.Admin, gateway: gateway.Http.BaseAddress);
        dashboard.RequestsMayFail = true;
        await dashboard.SettleAsync();
        await Expect(dashboard.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("No ledger is kept");
        await dashboard.ScreenshotAsync("no-database");
        await dashboard.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Targets" }).ClickAsync();
        await Expect(dashboard.Page.GetByText("1 of 1")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Playground_without_a_data_plane_says_why()
    {
        await using var gateway = await OwnGateway.StartAsync($$""" "Providers": { {{OwnGateway.Account("openai")}} } """, null, "", "--Gateway:Admin:Urls:0", "http://127.0.0.1:0");
        await using var dashboard = await fixture.OpenAsync("#playground", null, gateway: gateway.AdminUrl);
        dashboard.RequestsMayFail = true;
        await dashboard.Page.GetByLabel("Tenant’s key").FillAsync(Keys.Acme);
        await dashboard.Page.Keyboard.PressAsync("Enter");
        await Expect(dashboard.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("the control plane listens separately");
    }
}
