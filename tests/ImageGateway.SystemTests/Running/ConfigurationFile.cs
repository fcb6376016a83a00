using System.Text.Json;

namespace ImageGateway.SystemTests.Running;

/// <summary>The configuration of the gateway under test: every provider is an account of one simulator.</summary>
internal static class ConfigurationFile
{
    /// <summary>The last day of a model nobody retires during a test run.</summary>
    public const string LastDay = "2099-01-31";

    /// <summary>An organisation and a project of the provider's, which clients must not see.</summary>
    public const string Organization = "org-of-the-operator";
    public const string Project = "proj-of-the-operator";

    private static readonly string[] Gpt = ["gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2"];
    private static readonly string[] Drafts = ["openai/gpt-image-1-mini", "azure/img-mini"];
    private static readonly string[] Finals = ["openai/gpt-image-1", "azure/img-std"];

    public static string Write(TemporaryFolder folder, string simulator, object? limits = null)
    {
        foreach (var (name, secret) in Keys.Files)
            folder.Write(name, secret);
        var gateway = new
        {
            AdminKeys = new[] { new { Secret = "file:secrets/admin", Scope = "admin" } },
            ImageUrlHosts = new[] { "localhost", "127.0.0.1", "10.0.0.1", "169.254.169.254" },
            Limits = limits ?? new { },
            Providers = Providers(simulator),
            Routes = new object[]
            {
                new { Name = "drafts", When = new { Tier = "draft" }, Targets = Drafts },
                new { Name = "finals", When = new { Tier = "final" }, Targets = Finals },
                new { Name = "by-model" },
            },
            Tenants = new
            {
                acme = new { Keys = Key("acme"), Models = new[] { "*" } },
                limited = new { Keys = Key("limited"), Models = new[] { "gpt-image-1-mini" } },
                drafting = new { Keys = Key("drafting"), DefaultTier = "draft" },
                discreet = new { Keys = Key("discreet"), HideTarget = true },
            },
        };
        return folder.Write("gateway.json", JsonSerializer.Serialize(new { Gateway = gateway }));
    }

    // These tests break more calls in a row than a circuit stands; it has tests of its own.
    private static object Circuit => new { MinimumThroughput = 10_000 };

    private static Dictionary<string, object> Providers(string simulator) => new()
    {
        ["openai"] = new { Kind = "OpenAI", Simulated = true, BaseUrl = $"{simulator}/accounts/openai/v1", ApiKey = "file:secrets/openai", Organization, Project, Circuit, Models = Gpt },
        ["azure"] = new
        {
            Kind = "AzureOpenAI",
            Simulated = true,
            Endpoint = $"{simulator}/accounts/azure",
            ApiVersion = "2025-04-01-preview",
            ApiKey = "file:secrets/azure",
            Deployments = new Dictionary<string, object> { ["img-std"] = new { Model = "gpt-image-1" }, ["img-mini"] = "gpt-image-1-mini", ["own name"] = "gpt-image-2" },
        },
        ["azure-v1"] = new
        {
            Kind = "AzureOpenAI",
            Simulated = true,
            Endpoint = $"{simulator}/accounts/azure-v1",
            ApiStyle = "v1",
            ApiKey = "file:secrets/azure",
            Deployments = new Dictionary<string, object> { ["v1-std"] = "gpt-image-1" },
        },
        ["dalle"] = new { Kind = "OpenAI", Simulated = true, BaseUrl = $"{simulator}/accounts/dalle/v1", ApiKey = "file:secrets/dalle", Models = new[] { "dall-e-3", "dall-e-2" } },
        ["dated"] = new { Kind = "OpenAI", BaseUrl = $"{simulator}/accounts/dated/v1", ApiKey = "file:secrets/openai", Models = new[] { new { Model = "gpt-image-1.5", Shutdown = LastDay } } },
        ["impatient"] = new { Kind = "OpenAI", Simulated = true, Timeout = "00:00:01", BaseUrl = $"{simulator}/accounts/impatient/v1", ApiKey = "file:secrets/openai", Models = Gpt },
        ["refusing"] = new { Kind = "OpenAI", Simulated = true, BaseUrl = "http://127.0.0.1:1/v1", ApiKey = "file:secrets/openai", Models = Gpt },
    };

    private static object[] Key(string tenant) => [new { Name = "web", Secret = $"file:secrets/{tenant}", Project = "web" }];
}
