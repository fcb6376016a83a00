using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageGateway.SystemTests.Dashboard;

/// <summary>Names, contrast, focus and room: every view in both schemes and on a phone.</summary>
[Collection(DashboardCollection.Name)]
public sealed class AccessibilityTests(DashboardFixture fixture)
{
    private static readonly string Audit = File.ReadAllText(Repository.File("tests", "ImageGateway.SystemTests", "Dashboard", "audit.js"));

    [Theory]
    [InlineData("overview")]
    [InlineData("budgets")]
    [InlineData("traffic")]
    [InlineData("targets")]
    [InlineData("jobs")]
    [InlineData("job")]
    [InlineData("playground")]
    [InlineData("entrance")]
    public async Task View_has_names_contrast_and_room(string view)
    {
        foreach (var (scheme, isPhone) in ((ColorScheme, bool)[])[(ColorScheme.Light, false), (ColorScheme.Dark, false), (ColorScheme.Light, true)])
        {
            await using var dashboard = await OpenAsync(view, scheme, isPhone);
            Assert.Empty(await dashboard.Page.EvaluateAsync<string[]>(Audit));
            await dashboard.ScreenshotAsync($"{view}-{(isPhone ? "phone" : scheme.ToString().ToLowerInvariant())}");
        }
    }

    [Theory]
    [InlineData("overview")]
    [InlineData("jobs")]
    public async Task Tab_goes_through_the_page_in_its_order_and_shows_where_it_is(string view)
    {
        await using var dashboard = await OpenAsync(view, ColorScheme.Light, false);
        var expected = await dashboard.Page.EvaluateAsync<int>("() => { window.stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex=\"0\"]')].filter(e => !e.disabled && e.checkVisibility()); return stops.length; }");
        Assert.True(expected > 10, $"only {expected} places to stop");
        await dashboard.Page.Locator("#skip").FocusAsync();
        for (var i = 0; i < expected; i++)
        {
            if (i > 0)
                await dashboard.Page.Keyboard.PressAsync("Tab");
            var (place, outline) = (await dashboard.Page.EvaluateAsync<int>("() => stops.indexOf(document.activeElement)"), await dashboard.Page.EvaluateAsync<string>("() => { const s = getComputedStyle(document.activeElement); return `${s.outlineStyle} ${s.outlineWidth}`; }"));
            Assert.Equal(i, place);
            Assert.Equal("solid 2px", outline);
        }
    }

    [Fact]
    public async Task Reader_gets_to_a_jobs_charge_without_a_mouse()
    {
        await using var dashboard = await fixture.OpenAsync("#jobs");
        await dashboard.SettleAsync();
        await dashboard.Page.Locator("tbody a").First.FocusAsync();
        await dashboard.Page.Keyboard.PressAsync("Enter");
        await Expect(dashboard.Page.GetByText("Held before")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Scheme_is_the_systems_until_one_is_chosen_which_stays()
    {
        await using var dashboard = await OpenAsync("overview", ColorScheme.Dark, false);
        var dark = await BackgroundAsync(dashboard);
        await dashboard.Page.GetByLabel("Use light colours").ClickAsync();
        var light = await BackgroundAsync(dashboard);
        await dashboard.Page.ReloadAsync();
        Assert.Equal(("rgb(14, 18, 24)", "rgb(244, 246, 249)", "rgb(244, 246, 249)"), (dark, light, await BackgroundAsync(dashboard)));
    }

    private static Task<string> BackgroundAsync(DashboardPage dashboard) => dashboard.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");

    private async Task<DashboardPage> OpenAsync(string view, ColorScheme scheme, bool isPhone)
    {
        var address = view switch { "job" => $"#job/{fixture.FailedOver}", "entrance" => "", _ => $"#{view}" };
        var dashboard = await fixture.OpenAsync(address, view is "playground" or "entrance" ? null : Keys.Reader, scheme, isPhone);
        if (view == "playground")
        {
            await dashboard.Page.GetByLabel("Tenant’s key").FillAsync(Keys.Limited);
            await dashboard.Page.Keyboard.PressAsync("Enter");
            await dashboard.Page.GetByText("Estimate", new PageGetByTextOptions { Exact = true }).ClickAsync();
            await dashboard.Page.GetByText("expected,").WaitForAsync();
        }
        else if (view != "entrance")
        {
            await dashboard.Page.Locator(".entrance").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        }
        await dashboard.SettleAsync();
        return dashboard;
    }
}
