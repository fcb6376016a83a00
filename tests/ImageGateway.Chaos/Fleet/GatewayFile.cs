using System.Text.Json.Nodes;

namespace ImageGateway.Chaos.Fleet;

/// <summary>The configuration of all gateways of the fleet, which share one file as they share a mounted one.</summary>
internal sealed class GatewayFile(string path, string redis, string database, IReadOnlyList<Provider> providers, Tenancy tenancy)
{
    /// <summary>How long a gateway may be silent before its jobs are closed; short, so that a run sees it happen.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private int _changes;

    public string FullPath => path;

    /// <summary>Writes it, or writes it with a change that alters nothing of what is checked.</summary>
    public void Write() => Put(Configuration(++_changes).ToJsonString());

    /// <summary>Writes one that no gateway may accept.</summary>
    public void WriteBroken() => Put(Configuration(++_changes).ToJsonString().Replace("\"Weighted\"", "\"Whatever\"", StringComparison.Ordinal));

    // Renamed, so that nobody reads half of it.
    private void Put(string text)
    {
        File.WriteAllText($"{path}.new", text);
        File.Move($"{path}.new", path, overwrite: true);
    }

    private JsonObject Configuration(int change) => new()
    {
        ["ConnectionStrings"] = new JsonObject { ["Redis"] = redis, ["Database"] = database },
        ["Gateway"] = new JsonObject
        {
            ["ReservationLease"] = $"{Lease}",
            // The balancer asks five times a second.
            ["DrainDelay"] = "00:00:01",
            ["Providers"] = new JsonObject(providers.Select((provider, i) => KeyValuePair.Create(provider.Name, (JsonNode?)Of(provider, i)))),
            ["Routes"] = new JsonArray(
                new JsonObject { ["Name"] = $"pictures-{change}", ["When"] = new JsonObject { ["Model"] = "gpt-image-1" }, ["Strategy"] = "Weighted", ["OnTimeout"] = change % 2 == 0 ? "next" : "stop", ["MaxWait"] = "00:00:05" },
                new JsonObject { ["Name"] = "others", ["MaxWait"] = "00:00:05" }),
            ["Tenants"] = tenancy.Configuration(),
        },
    };

    // The second is Azure's; the third draws with DALL·E too, which tells no usage.
    private static JsonObject Of(Provider provider, int place)
    {
        var common = new JsonObject { ["Simulated"] = true, ["ApiKey"] = "env:CHAOS_PROVIDER", ["Timeout"] = "00:00:04", ["Circuit"] = new JsonObject { ["Window"] = "00:00:05", ["Break"] = "00:00:01" } };
        if (place == 1)
        {
            (common["Kind"], common["Endpoint"], common["ApiVersion"]) = ("AzureOpenAI", $"{provider.Url}", "2025-04-01-preview");
            common["Deployments"] = new JsonObject { ["img-std"] = "gpt-image-1" };
            return common;
        }
        (common["Kind"], common["BaseUrl"]) = ("OpenAI", $"{provider.Url}v1");
        common["Models"] = place == 2 ? new JsonArray("gpt-image-1", "dall-e-3") : new JsonArray("gpt-image-1");
        return common;
    }
}
