using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using Microsoft.Playwright;

namespace ImageGateway.SystemTests.Dashboard;

/// <summary>A browser, and a gateway whose tenants have drawn, hit the cache, failed over and failed. Shared by the dashboard's tests, which leave it as it is.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    /// <summary>Tags and users that the jobs had; one is what a careless page would run.</summary>
    public const string Hostile = "<img src=x onerror=alert(1)>";

    private OwnGateway? _gateway;
    private OwnGateway? _playground;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    internal OwnGateway Gateway => _gateway!;

    /// <summary>Another one, for the pictures that tests draw from the page.</summary>
    internal OwnGateway Playground => _playground!;

    /// <summary>A job that failed over to a second target.</summary>
    internal string FailedOver { get; private set; } = "";

    /// <summary>Jobs in the ledger.</summary>
    internal int Jobs { get; private set; }

    public async Task InitializeAsync()
    {
        _gateway = await OwnGateway.StartAsync(
            $$"""
            "Providers": { {{OwnGateway.Account("first", "\"gpt-image-1\", \"gpt-image-1-mini\"")}}, {{OwnGateway.Account("second", """{ "Model": "gpt-image-1", "RequestsPerMinute": 30, "Region": "westeurope" }""")}} },
            "Routes": [ { "Name": "drafts", "When": { "Tier": "draft" }, "Targets": [ "first/gpt-image-1-mini" ] }, { "Name": "all" } ]
            """,
            null,
            """
            , "Cache": { "Ttl": "01:00:00" }, "Limits": { "UsdPerMonth": 5, "UsdPerDay": 0.5, "ImagesPerMinute": 600 },
              "Projects": { "default": { "Limits": { "UsdTotal": 2 } } }, "Users": { "ada": { "Limits": { "UsdPerDay": 0.05 } }, "*": { "Limits": { "UsdPerDay": 1 } } }
            """,
            "--Gateway:AdminKeys:1:Secret", "file:secrets/reader", "--Gateway:AdminKeys:1:Scope", "read",
            "--Gateway:Tenants:globex:Keys:0:Name", "web", "--Gateway:Tenants:globex:Keys:0:Secret", "file:secrets/limited");
        _playground = await OwnGateway.StartAsync($$""" "Providers": { {{OwnGateway.Account("openai", "\"gpt-image-1-mini\"")}} }, "Routes": [ { "Name": "drafts", "When": { "Tier": "draft" }, "Targets": [ "openai/gpt-image-1-mini" ] } ] """);
        await DrawAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium(), Args = ["--no-sandbox", "--disable-dev-shm-usage"] });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        foreach (var gateway in new[] { _gateway, _playground }.OfType<OwnGateway>())
            await gateway.DisposeAsync();
    }

    /// <summary>A page of the shared gateway, or of another, in a context of its own.</summary>
    internal Task<DashboardPage> OpenAsync(string view = "", string? key = Keys.Reader, ColorScheme scheme = ColorScheme.Light, bool isPhone = false, Uri? gateway = null, Func<IPage, Task>? before = null) =>
        DashboardPage.OpenAsync(_browser!, new Uri(gateway ?? Gateway.Http.BaseAddress!, $"dashboard/{view}"), key, scheme, isPhone, before);

    private async Task DrawAsync()
    {
        await GenerateAsync("a fox", "ada", "team=red");
        await GenerateAsync("a fox", "ada", "team=red");
        await GenerateAsync("a heron", "bob", "team=blue,campaign=autumn", quality: "medium");
        await GenerateAsync("a seal", Hostile, "team=red");
        await GenerateAsync("a draft of a barn", "bob", "team=blue", model: "draft");
        await GenerateAsync("an owl", "carol", "team=red", key: Keys.Limited, quality: "medium");
        Gateway.Faults.Add(new FaultRule { Account = "first", Times = 1, Fault = new Fault { Status = 500 } });
        FailedOver = await GenerateAsync("a crane", "ada", "team=red");
        Gateway.Faults.Add(new FaultRule { Times = 2, Fault = new Fault { Status = 500 } });
        await GenerateAsync("a wreck", "bob", "team=blue", status: 502);
        Gateway.Faults.Clear();
    }

    private async Task<string> GenerateAsync(string prompt, string user, string tags, string model = "gpt-image-1", string quality = "low", string key = Keys.Acme, int status = 200)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images/generations")
        {
            Headers = { { "Authorization", $"Bearer {key}" }, { "X-Gateway-Tags", tags } },
            Content = JsonContent.Create(new JsonObject { ["model"] = model, ["prompt"] = prompt, ["quality"] = quality, ["size"] = "1024x1024", ["user"] = user }),
        };
        using var response = await Gateway.Http.SendAsync(request);
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        Jobs++;
        return response.Headers.GetValues("x-request-id").Single();
    }

    // Debian's, since the browsers that Playwright fetches are not to be had everywhere.
    private static string Chromium() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("These tests need chromium on the path: apt-get install chromium");
}

/// <summary>The tests of the dashboard, one after another in one browser.</summary>
[CollectionDefinition(Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit calls it a collection.")]
public sealed class DashboardCollection : ICollectionFixture<DashboardFixture>
{
    public const string Name = "dashboard";
}
