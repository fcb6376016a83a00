using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageGateway.SystemTests.Dashboard;

/// <summary>A picture drawn from the page, with a tenant's key, at a gateway of its own.</summary>
[Collection(DashboardCollection.Name)]
public sealed class PlaygroundTests(DashboardFixture fixture)
{
    [Fact]
    public async Task Estimate_names_target_and_price()
    {
        await using var dashboard = await EnterAsync();
        await dashboard.Page.GetByText("Estimate", new PageGetByTextOptions { Exact = true }).ClickAsync();
        await Expect(dashboard.Page.GetByText("at worst · openai/gpt-image-1-mini")).ToContainTextAsync("expected, $0.0");
        await Expect(dashboard.Page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasText = "image output" })).ToContainTextAsync("$8 a million");
    }

    [Fact]
    public async Task Picture_comes_in_with_its_partials_and_its_charge()
    {
        fixture.Playground.Faults.Add(new FaultRule { Model = "gpt-image-1-mini", Times = 1, Fault = new Fault { HangAfterEvents = 1 } });
        await using var dashboard = await EnterAsync();
        await dashboard.Page.GetByLabel("Prompt").FillAsync("a lighthouse from the playground");
        await dashboard.Page.GetByText("Generate", new PageGetByTextOptions { Exact = true }).ClickAsync();
        await Expect(dashboard.Page.GetByText("Partial image 1 after")).ToBeVisibleAsync();
        await Expect(dashboard.Page.GetByAltText("Unfinished: a lighthouse from the playground")).ToBeVisibleAsync();
        fixture.Playground.Faults.Release();
        await Expect(dashboard.Page.GetByText("Finished after")).ToBeVisibleAsync();
        var picture = dashboard.Page.GetByAltText("a lighthouse from the playground", new PageGetByAltTextOptions { Exact = true });
        Assert.Equal(1024, await picture.EvaluateAsync<int>("async image => { await image.decode(); return image.naturalWidth; }"));
        await Expect(dashboard.Page.Locator("dl.facts dd").First).ToContainTextAsync("$0.00");
        await Expect(dashboard.Page.Locator("dl.facts dd").First).ToContainTextAsync("(usage)");
        await dashboard.ScreenshotAsync("playground-drawn");
    }

    [Fact]
    public async Task Refusal_is_shown_in_the_providers_words()
    {
        fixture.Playground.Faults.Add(new FaultRule { Model = "gpt-image-1-mini", Times = 1, Fault = new Fault { Status = 400, Body = JsonNode.Parse("""{"error":{"message":"No lighthouses here.","type":"image_generation_user_error","param":null,"code":"moderation_blocked"}}""") } });
        await using var dashboard = await EnterAsync();
        dashboard.RequestsMayFail = true;
        await dashboard.Page.GetByLabel("Prompt").FillAsync("what is refused");
        await dashboard.Page.GetByText("Generate", new PageGetByTextOptions { Exact = true }).ClickAsync();
        await Expect(dashboard.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("No lighthouses here.");
        await Expect(dashboard.Page.GetByText("Generate", new PageGetByTextOptions { Exact = true })).ToBeEnabledAsync();
    }

    [Fact]
    public async Task Key_that_is_no_tenants_is_told_and_not_kept()
    {
        await using var dashboard = await fixture.OpenAsync("#playground", null, gateway: fixture.Playground.Http.BaseAddress);
        dashboard.RequestsMayFail = true;
        await dashboard.Page.GetByLabel("Tenant’s key").FillAsync("igw_nobody");
        await dashboard.Page.Keyboard.PressAsync("Enter");
        await Expect(dashboard.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Incorrect API key provided.");
        Assert.Equal(0, await dashboard.Page.EvaluateAsync<int>("() => sessionStorage.length"));
    }

    private async Task<DashboardPage> EnterAsync()
    {
        var dashboard = await fixture.OpenAsync("#playground", null, gateway: fixture.Playground.Http.BaseAddress);
        await dashboard.Page.GetByLabel("Tenant’s key").FillAsync(Keys.Acme);
        await dashboard.Page.Keyboard.PressAsync("Enter");
        await dashboard.Page.GetByLabel("Prompt").WaitForAsync();
        return dashboard;
    }
}
