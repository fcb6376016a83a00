using System.Text.Json.Nodes;

namespace ImageGateway.Chaos.Fleet;

/// <summary>A key of the fleet's tenants.</summary>
internal sealed record TenantKey(string Tenant, string Project, string Name)
{
    public string Secret => $"igw_chaos_{Tenant}_{Name}_0123456789";
}

/// <summary>
/// The tenants: <c>open</c>, whose limits nobody reaches, with a cache; <c>spend</c>, whose budgets in USD are asked for more than
/// they hold at every scope; <c>rate</c>, whose requests and pictures a minute are.
/// </summary>
internal sealed class Tenancy(TimeSpan length)
{
    public const int Users = 20;

    /// <summary>Users who ask for far more than the others.</summary>
    public const int Greedy = 2;

    public static readonly TenantKey Open = new("open", "web", "main");
    public static readonly TenantKey[] Spend = [new("spend", "web", "a"), new("spend", "web", "b"), new("spend", "app", "c")];
    public static readonly TenantKey[] Rate = [new("rate", "web", "a"), new("rate", "web", "b"), new("rate", "app", "c")];

    /// <summary>USD that the tenant <c>spend</c> has; about half of what is asked for.</summary>
    public decimal Usd => Math.Round((decimal)length.TotalSeconds * 0.08m, 2);

    /// <summary>Budgets in USD by scope, as the gateway names scopes; each user has <see cref="UsdOfUser"/>.</summary>
    public IReadOnlyDictionary<string, decimal> Budgets => new Dictionary<string, decimal> { ["tenant:spend"] = Usd, ["project:spend/web"] = Usd * 0.6m, ["key:spend/a"] = Usd * 0.35m };

    public decimal UsdOfUser => Usd * 0.08m;

    /// <summary>Requests and pictures a minute by scope.</summary>
    public static IReadOnlyDictionary<string, (int Requests, int Images)> Rates { get; } = new Dictionary<string, (int, int)>
    {
        ["tenant:rate"] = (150, 130),
        ["project:rate/web"] = (100, 90),
        ["key:rate/a"] = (60, 50),
        ["user:rate/*"] = (14, 12),
    };

    /// <summary>The budget of a scope, in USD; null: it has none that anybody reaches.</summary>
    public decimal? BudgetOf(string scope) => scope.StartsWith("user:spend/", StringComparison.Ordinal) ? UsdOfUser : Budgets.TryGetValue(scope, out var usd) ? usd : null;

    /// <summary>Requests and pictures a minute of a scope; null: it has no such limit.</summary>
    public static (int Requests, int Images)? RateOf(string scope) =>
        Rates.TryGetValue(scope.StartsWith("user:rate/", StringComparison.Ordinal) ? "user:rate/*" : scope, out var rate) ? rate : null;

    public static IEnumerable<TenantKey> All => [Open, .. Spend, .. Rate];

    public JsonObject Configuration() => new()
    {
        ["open"] = new JsonObject
        {
            ["Keys"] = Of([Open], _ => null),
            ["Cache"] = new JsonObject { ["Ttl"] = "01:00:00" },
            ["Limits"] = new JsonObject { ["UsdTotal"] = 1_000_000, ["ImagesPerMinute"] = 1_000_000, ["ConcurrentImages"] = 100_000 },
        },
        ["spend"] = new JsonObject
        {
            ["Keys"] = Of(Spend, key => key == "a" ? Total(Budgets["key:spend/a"]) : null),
            ["Limits"] = Total(Usd),
            ["Projects"] = new JsonObject { ["web"] = Within(Total(Budgets["project:spend/web"])) },
            ["Users"] = new JsonObject { ["*"] = Within(Total(UsdOfUser)) },
        },
        ["rate"] = new JsonObject
        {
            ["Keys"] = Of(Rate, key => key == "a" ? Minute("key:rate/a") : null),
            ["Limits"] = Minute("tenant:rate"),
            ["Projects"] = new JsonObject { ["web"] = Within(Minute("project:rate/web")) },
            ["Users"] = new JsonObject { ["*"] = Within(Minute("user:rate/*")) },
        },
    };

    private static JsonArray Of(TenantKey[] keys, Func<string, JsonObject?> limits) => new([.. keys.Select(key =>
    {
        var made = new JsonObject { ["Name"] = key.Name, ["Project"] = key.Project, ["Secret"] = $"env:{Variable(key)}" };
        if (limits(key.Name) is { } own)
            made["Limits"] = own;
        return made;
    })]);

    /// <summary>The environment variable with a key's secret.</summary>
    public static string Variable(TenantKey key) => $"CHAOS_{key.Tenant}_{key.Name}".ToUpperInvariant();

    private static JsonObject Within(JsonObject limits) => new() { ["Limits"] = limits };

    private static JsonObject Total(decimal usd) => new() { ["UsdTotal"] = usd };

    private static JsonObject Minute(string scope) => new() { ["RequestsPerMinute"] = Rates[scope].Requests, ["ImagesPerMinute"] = Rates[scope].Images };
}
