using ImageGateway.Routing;
using ImageGateway.Tenants;

namespace ImageGateway.Hosting;

/// <summary>
/// What a start with the shipped configuration adds: keys to try it with, and real providers in place of the simulated ones of
/// the same name when their keys are in the environment.
/// </summary>
internal sealed class FirstRun
{
    // Publicly known, so it gives access to simulated providers only.
    private const string SimulationKey = "igw_demo_for_simulated_providers_only";

    private readonly bool _openAi = IsSet("OPENAI_API_KEY");
    private readonly bool _azure = IsSet("AZURE_OPENAI_ENDPOINT") && IsSet("AZURE_OPENAI_API_KEY");

    public FirstRun() => Secrets = new Dictionary<string, string>
    {
        ["GATEWAY_DEMO_KEY"] = _openAi || _azure ? ApiKey.New() : SimulationKey,
        ["GATEWAY_ADMIN_KEY"] = ApiKey.New(),
    };

    /// <summary>Keys for environment variables that are not set.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; }

    /// <summary>Replaces simulated providers by real ones.</summary>
    public void AddTo(IConfigurationBuilder configuration)
    {
        var real = new Dictionary<string, string?>();
        if (_openAi)
        {
            real["Gateway:Providers:openai:Simulated"] = "false";
            real["Gateway:Providers:openai:BaseUrl"] = "https://api.openai.com/v1";
            real["Gateway:Providers:openai:ApiKey"] = "env:OPENAI_API_KEY";
        }
        if (_azure)
        {
            real["Gateway:Providers:azure:Simulated"] = "false";
            real["Gateway:Providers:azure:Endpoint"] = Environment.GetEnvironmentVariable("AZURE_OPENAI_ENDPOINT");
            real["Gateway:Providers:azure:ApiKey"] = "env:AZURE_OPENAI_API_KEY";
        }
        configuration.AddInMemoryCollection(real);
    }

    /// <summary>
    /// Removes simulated targets from routes that have real ones: a user with an account wants its images, and no simulated
    /// ones when it fails.
    /// </summary>
    public static void LeaveOutSimulated(GatewayOptions options)
    {
        foreach (var route in options.Routes.Where(route => !route.Targets.TrueForAll(IsSimulated)))
            route.Targets.RemoveAll(IsSimulated);

        bool IsSimulated(RouteTargetOptions entry) => options.Providers.GetValueOrDefault(entry.Target.Split('/')[0])?.Simulated ?? false;
    }

    /// <summary>Prints what runs and how to try it.</summary>
    public void Print(TextWriter output, string url, GatewaySnapshot snapshot)
    {
        var key = Key("GATEWAY_DEMO_KEY");
        var providers = snapshot.Routing.Targets.GroupBy(target => target.Name.Split('/')[0]);
        var deployments = snapshot.Routing.Targets.Where(target => target is { IsDeployment: true, Simulated: false }).Select(target => $"{target.UpstreamName} ({target.Model.Name})").ToList();
        output.WriteLine($"""

            ImageGateway listens on {url}

              providers   {string.Join(", ", providers.Select(group => $"{group.Key} ({(group.First().Simulated ? "simulated" : "real: images cost money")})"))}{(deployments.Count > 0 ? $"\n  deployments must be named {string.Join(", ", deployments)}" : "")}
              demo key    {key}
              admin key   {Key("GATEWAY_ADMIN_KEY")}

            Generate a first image:

              curl -s {url}/v1/images/generations -H "Authorization: Bearer {key}" -H "Content-Type: application/json" -d '{"{"}"model":"draft","prompt":"a lighthouse at dusk"{"}"}' | jq -r '.data[0].b64_json' | base64 -d > lighthouse.png

            """);
    }

    private string Key(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set ? set : Secrets[variable];

    private static bool IsSet(string variable) => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(variable));
}
