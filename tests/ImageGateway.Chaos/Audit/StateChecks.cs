using System.Globalization;
using System.Text.Json.Nodes;
using Dapper;
using ImageGateway.Chaos.Fleet;
using Npgsql;
using StackExchange.Redis;

namespace ImageGateway.Chaos.Audit;

/// <summary>What is left behind when nobody asks any more: no open job, no reservation, and counters that are not below the ledger.</summary>
internal static class StateChecks
{
    // What a gateway that was killed left is closed after its lease, and audited every few seconds.
    private static readonly TimeSpan Patience = GatewayFile.Lease + TimeSpan.FromSeconds(30);

    /// <summary>Waits until all is closed, or long enough to say that it never will be.</summary>
    public static async Task<Finding> ClosedAsync(FleetSystem fleet)
    {
        await using var connection = new NpgsqlConnection(fleet.Database);
        var left = await UntilNoneAsync(async () => [.. await connection.QueryAsync<string>("SELECT id FROM intents")]);
        return new("no job is open", "intents in the ledger", [.. left]);
    }

    /// <summary>The same of reservations in Redis.</summary>
    public static async Task<Finding> ReleasedAsync(FleetSystem fleet)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(fleet.Redis.ConnectionString);
        var fields = 0;
        var left = await UntilNoneAsync(async () =>
        {
            var all = await CountersAsync(redis);
            fields = all.Count;
            return [.. all.Where(field => field.Name.StartsWith("r|", StringComparison.Ordinal) || (field.Name.StartsWith("h|", StringComparison.Ordinal) && field.Value != "0")).Select(field => $"{field.Tenant}: {field.Name}")];
        });
        return new("no reservation is left in Redis", $"{fields} fields of counters", [.. left, .. Finding.AtLeast(1, fields)]);
    }

    /// <summary>A counter that is too low would let a budget be passed by later jobs.</summary>
    public static async Task<Finding> CountedAsync(FleetSystem fleet, Evidence evidence)
    {
        using var http = new HttpClient();
        var (failures, facts) = (new List<string>(), new List<string>());
        foreach (var key in Tenancy.Spend)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(fleet.Replicas[0].Url, "/v1/quota"));
            request.Headers.Authorization = new("Bearer", key.Secret);
            using var response = await http.SendAsync(request);
            foreach (var limit in JsonNode.Parse(await response.Content.ReadAsStringAsync())!["limits"]!.AsArray())
            {
                var (scope, used) = ((string)limit!["scope"]!, (decimal)limit["used"]!);
                var charged = evidence.Jobs.Where(job => job.Scopes.Contains(scope)).Sum(job => job.Charge) / 1_000_000_000m;
                facts.Add(string.Create(CultureInfo.InvariantCulture, $"{scope} {used:0.####} of {charged:0.####} USD"));
                if (used < charged)
                    failures.Add($"{scope}: the counter says {used} USD, the ledger {charged}");
            }
        }
        return new("no counter is below the ledger", string.Join(", ", facts.Distinct()), failures);
    }

    /// <summary>How many times a tenant's counters were built again, since they were lost or nobody knew; once they are built for the first time.</summary>
    public static async Task<long> RebuiltAsync(FleetSystem fleet, string tenant)
    {
        await using var connection = new NpgsqlConnection(fleet.Database);
        return Math.Max(0, await connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(generation), 0) FROM quota_generations WHERE tenant = @tenant", new { tenant }) - 1);
    }

    private static async Task<List<(string Tenant, string Name, string Value)>> CountersAsync(ConnectionMultiplexer redis)
    {
        var all = new List<(string, string, string)>();
        foreach (var tenant in Tenancy.All.Select(key => key.Tenant).Distinct())
        {
            foreach (var field in await redis.GetDatabase().HashGetAllAsync($"igw:{{{tenant}}}:counters"))
                all.Add((tenant, field.Name.ToString(), field.Value.ToString()));
        }
        return all;
    }

    private static async Task<IReadOnlyList<string>> UntilNoneAsync(Func<Task<IReadOnlyList<string>>> look)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var left = await look();
            if (left.Count == 0 || patience.IsCancellationRequested)
                return left;
            await Task.Delay(250, CancellationToken.None);
        }
    }
}
