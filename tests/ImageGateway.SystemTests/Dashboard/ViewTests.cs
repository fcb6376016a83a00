using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageGateway.SystemTests.Dashboard;

/// <summary>Every view with data, as a reader with a read key sees it.</summary>
[Collection(DashboardCollection.Name)]
public sealed class ViewTests(DashboardFixture fixture)
{
    [Theory]
    [InlineData("overview", "Today (UTC)", "Forecast to", "Spend over time", "acme", "globex", "ada", "Top tags", "team", "avoided")]
    [InlineData("budgets", "tenant:acme", "user:acme/ada", "project:acme/default", "USD a month", "$5.0000", "At this rate", "images a minute")]
    [InlineData("traffic", "6 completed, 1 from the cache", "1 failed or cut off", "95th percentile", "upstream_error")]
    [InlineData("targets", "first/gpt-image-1", "second/gpt-image-1", "healthy", "/ min", "westeurope", "3 of 3")]
    [InlineData("jobs", "acme / default", "globex", "completed", "cached", "failed", "1024x1024 low")]
    public async Task View_shows_what_the_jobs_left_behind(string view, params string[] words)
    {
        await using var dashboard = await fixture.OpenAsync($"#{view}");
        await dashboard.SettleAsync();
        var text = await dashboard.Page.InnerTextAsync("main");
        Assert.All(words, word => Assert.Contains(word, text, StringComparison.Ordinal));
        Assert.Equal(0, await dashboard.Page.Locator("[role=alert]").CountAsync());
        await dashboard.ScreenshotAsync($"{view}-light");
    }

    [Fact]
    public async Task Figures_are_those_of_the_ledger()
    {
        await using var dashboard = await fixture.OpenAsync("#overview");
        await dashboard.SettleAsync();
        var spent = (decimal)(await fixture.Gateway.AdminAsync(HttpMethod.Get, "/admin/v1/spend"))["forecast"]!["spent_usd"]!;
        var figure = dashboard.Page.Locator(".card", new PageLocatorOptions { HasText = "Month to date" }).Locator(".figure");
        await Expect(figure).ToHaveTextAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"${spent:0.00##}"));
    }

    [Theory]
    [InlineData("model", "gpt-image-1-mini")]
    [InlineData("target", "second/gpt-image-1")]
    public async Task Spend_is_stacked_by_what_is_chosen(string group, string name)
    {
        await using var dashboard = await fixture.OpenAsync("#overview");
        await dashboard.Page.GetByLabel("Stacked by").SelectOptionAsync(group);
        await dashboard.Page.GetByLabel("Period").SelectOptionAsync("day");
        await dashboard.SettleAsync(); // what is opened before it is drawn again is closed
        var panel = dashboard.Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Spend over time" });
        await panel.GetByText("Show the numbers").ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Columnheader, new LocatorGetByRoleOptions { Name = name, Exact = true })).ToBeVisibleAsync();
        await Expect(panel.Locator("tbody tr")).ToHaveCountAsync(24);
    }

    [Fact]
    public async Task Job_is_found_by_its_request_id_with_attempts_and_arithmetic()
    {
        await using var dashboard = await fixture.OpenAsync("#jobs");
        await dashboard.Page.GetByLabel("Request id").FillAsync(fixture.FailedOver);
        await dashboard.Page.Keyboard.PressAsync("Enter");
        await dashboard.Page.WaitForURLAsync(url => url.Contains("#job/", StringComparison.Ordinal));
        await dashboard.SettleAsync();
        var text = await dashboard.Page.InnerTextAsync("main");
        Assert.All(["first/gpt-image-1", "second/gpt-image-1", "500", "200", "image out", "$40 a million", "team=red"], word => Assert.Contains(word, text, StringComparison.Ordinal));
        var amounts = await dashboard.Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Charge", Exact = true }).Locator("tbody td:last-child").AllInnerTextsAsync();
        var usd = amounts.Select(amount => decimal.Parse(amount.TrimStart('$'), System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.True(usd.Count >= 3, string.Join(", ", amounts));
        Assert.Equal(usd[^1], usd.SkipLast(1).Sum());
        await dashboard.ScreenshotAsync("job-light");
    }

    [Fact]
    public async Task Older_jobs_are_shown_page_by_page()
    {
        await using var dashboard = await fixture.OpenAsync("#jobs", before: page => page.RouteAsync("**/admin/v1/ledger?*", route => route.ContinueAsync(new RouteContinueOptions { Url = route.Request.Url.Replace("limit=50", "limit=3", StringComparison.Ordinal) })));
        for (var shown = 3; shown < fixture.Jobs; shown += 3)
        {
            await Expect(dashboard.Page.Locator("tbody tr")).ToHaveCountAsync(shown);
            await dashboard.Page.GetByText("Show more").ClickAsync();
        }
        await Expect(dashboard.Page.Locator("tbody tr")).ToHaveCountAsync(fixture.Jobs);
        await Expect(dashboard.Page.GetByText("Show more")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Unknown_request_id_is_told()
    {
        await using var dashboard = await fixture.OpenAsync("#job/nowhere");
        dashboard.RequestsMayFail = true;
        await Expect(dashboard.Page.GetByText("The ledger has no entry 'nowhere'.").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Words_of_clients_are_text_and_no_markup()
    {
        await using var dashboard = await fixture.OpenAsync("#overview");
        await Expect(dashboard.Page.GetByText(DashboardFixture.Hostile)).ToBeVisibleAsync();
        Assert.Equal(0, await dashboard.Page.Locator("main img").CountAsync());
    }

    [Theory]
    [InlineData("overview", "spend-by-tenant.csv", "start_time_iso,tenant,charge_usd", "acme")]
    [InlineData("jobs", "ledger.csv", "id,created_at", "second/gpt-image-1")]
    public async Task Csv_is_downloaded(string view, string name, string header, string word)
    {
        await using var dashboard = await fixture.OpenAsync($"#{view}");
        await dashboard.SettleAsync();
        var download = await dashboard.Page.RunAndWaitForDownloadAsync(() => dashboard.Page.GetByText("Download CSV").ClickAsync());
        var lines = await File.ReadAllLinesAsync(await download.PathAsync());
        Assert.Equal(name, download.SuggestedFilename);
        Assert.StartsWith(header, lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.Contains(word, StringComparison.Ordinal));
        if (view == "jobs")
            Assert.Equal(fixture.Jobs + 1, lines.Length);
    }

    [Fact]
    public async Task Budget_that_is_chosen_burns_down()
    {
        await using var dashboard = await fixture.OpenAsync("#budgets");
        await dashboard.SettleAsync();
        await dashboard.Page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasText = "USD a month" }).GetByRole(AriaRole.Button).ClickAsync();
        var panel = dashboard.Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Burn-down" });
        await Expect(panel).ToContainTextAsync("of $5.0000 left");
        await Expect(panel).ToContainTextAsync("tenant:acme · $4.");
        await panel.GetByText("Show the numbers").ClickAsync();
        var today = TimeProvider.System.GetUtcNow();
        await Expect(panel.Locator("tbody tr")).ToHaveCountAsync(DateTime.DaysInMonth(today.Year, today.Month));
    }

    [Fact]
    public async Task Page_without_the_chart_library_has_the_numbers_and_says_why()
    {
        await using var dashboard = await fixture.OpenAsync("#overview", before: page => page.RouteAsync("**/vendor/chart.js", route => route.FulfillAsync(new RouteFulfillOptions { Status = 404 })));
        dashboard.RequestsMayFail = true;
        await Expect(dashboard.Page.GetByText("built without charts").First).ToBeVisibleAsync();
        await dashboard.Page.GetByText("Show the numbers").First.ClickAsync();
        await Expect(dashboard.Page.GetByRole(AriaRole.Columnheader, new PageGetByRoleOptions { Name = "acme" })).ToBeVisibleAsync();
    }
}
