using System.Data.Common;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;
using ImageGateway.SystemTests.Processes;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Databases;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ImageGateway.SystemTests.Quotas;

/// <summary>What the ledger says of a job, and what it said before a correction.</summary>
internal sealed record Settled(string User, long Charge, long First, string Basis);

/// <summary>Three gateway processes on one Redis and one ledger, in front of one simulator.</summary>
internal sealed class Replicas : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _simulator = SimulatorHost.Build(new SimulatorOptions { Urls = "http://127.0.0.1:0", ResponseDelay = TimeSpan.FromMilliseconds(40) });
    private readonly List<GatewayProcess> _processes = [];
    private readonly List<Uri> _urls = [];
    private string _ledger = "";
    private int _refused;
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 400 }) { Timeout = TimeSpan.FromSeconds(60) };

    private Replicas() { }

    /// <summary>The calls that reached the provider.</summary>
    public IReadOnlyList<Call> Calls => _simulator.Services.GetRequiredService<CallLog>().Calls;

    /// <summary>Jobs that were refused since Redis did not answer.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Starts them with one budget in USD for all.</summary>
    /// <param name="redis">The server, or the nodes of a cluster.</param>
    /// <param name="database">PostgreSQL's for the ledger; null: SQLite.</param>
    /// <param name="usd">The budget.</param>
    /// <param name="lease">When the jobs of a process that is gone are closed.</param>
    public static async Task<Replicas> StartAsync(string redis, string? database, decimal usd, TimeSpan lease)
    {
        var made = new Replicas();
        made._ledger = database ?? $"Data Source={Path.Combine(made._folder.Path, "ledger.db")}";
        await made._simulator.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            var url = new Uri($"http://127.0.0.1:{RedisServer.FreePort()}");
            made._folder.Write($"{i}/secrets/acme", Keys.Acme);
            var file = made._folder.Write($"{i}/gateway.json", made.Configuration(redis, usd, lease).ToJsonString());
            made._processes.Add(GatewayProcess.Start(made._folder.Path, ["--config", file, "--urls", $"{url}", "--Serilog:MinimumLevel", "Warning"]));
            made._urls.Add(url);
            // One after the other: the first makes the ledger's tables.
            await Until.TrueAsync(() => made.IsUpAsync(url), $"replica {i} is up");
        }
        return made;
    }

    /// <summary>Ends one as a power cut does.</summary>
    public void Kill(int replica)
    {
        _processes[replica].Dispose();
        _processes.RemoveAt(replica);
    }

    /// <summary>Has one drain and stop.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync(int replica)
    {
        await _processes[replica].TerminateAsync();
        return await _processes[replica].ExitCodeAsync();
    }

    /// <summary>Leaves a record of this charge in the spool of a replica, as a process does that died while the database was away.</summary>
    public void Spool(int replica, long charge)
    {
        using var spool = new LedgerSpool(Path.Combine(_folder.Path, $"{replica}", "data", "ledger.spool"), 1 << 20, TimeProvider.System, NullLogger<LedgerSpool>.Instance);
        Assert.True(spool.Append([new(new LedgerEntry
        {
            Id = $"{Guid.CreateVersion7()}",
            CreatedAt = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
            Tenant = "acme",
            Project = "web",
            KeyId = "acme/web",
            Operation = "generation",
            User = "spooled",
            Basis = ChargeBasis.Usage,
            Status = JobStatus.Completed,
            Charge = charge,
            Attempts = [new(1, "openai/gpt-image-1", "gpt-image-1", null, null, null, 0, charge, charge, ChargeBasis.Usage, 1, true)],
        }, null, "a-dead-process")]));
    }

    /// <summary>Asks a replica for a picture, as this end user; null when it is gone.</summary>
    public async Task<(int Status, string? Code)?> AskAsync(int replica, string user)
    {
        var body = new JsonObject { ["model"] = "gpt-image-1", ["prompt"] = $"a fox of {user}", ["quality"] = "low", ["size"] = "1024x1024", ["user"] = user };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_urls[replica], "/v1/images/generations")) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Keys.Acme);
        try
        {
            using var response = await _http.SendAsync(request);
            var code = response.IsSuccessStatusCode ? null : (string?)(await response.JsonAsync())["error"]!["code"];
            if (response.IsSuccessStatusCode)
                await response.Content.CopyToAsync(Stream.Null);
            if (code == "store_unavailable")
                Interlocked.Increment(ref _refused);
            return ((int)response.StatusCode, code);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return null;
        }
    }

    /// <summary>Waits until no job is open, and gives the ledger's entries.</summary>
    public async Task<IReadOnlyList<Settled>> SettledAsync()
    {
        await using var connection = Connection();
        await Until.TrueAsync(async () => await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM intents") == 0, "every job is closed", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60));
        return [.. await connection.QueryAsync<Settled>(
            """
            SELECT end_user AS "User", CAST(SUM(charge) AS BIGINT) AS "Charge", CAST(SUM(CASE WHEN corrects IS NULL THEN charge ELSE 0 END) AS BIGINT) AS "First", MAX(basis) AS "Basis"
            FROM entries GROUP BY end_user
            """)];
    }

    /// <summary>How many times the counters were built from the ledger.</summary>
    public async Task<long> GenerationAsync()
    {
        await using var connection = Connection();
        return await connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(generation), 0) FROM quota_generations");
    }

    /// <summary>How the budget stands, in nano-USD.</summary>
    public async Task<(long Used, long Held)> BudgetAsync(int replica)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_urls[replica], "/v1/quota"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Keys.Acme);
        using var response = await _http.SendAsync(request);
        var body = await response.JsonAsync();
        return body["limits"] is JsonArray { Count: 1 } limits ? ((long)((decimal)limits[0]!["used"]! * 1e9m), (long)((decimal)limits[0]!["held"]! * 1e9m)) : (-1, -1);
    }

    public async ValueTask DisposeAsync()
    {
        _processes.ForEach(process => process.Dispose());
        _http.Dispose();
        await _simulator.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private DbConnection Connection() => _ledger.StartsWith("Host=", StringComparison.Ordinal) ? new NpgsqlConnection(_ledger) : new SqliteConnection(_ledger);

    private async Task<bool> IsUpAsync(Uri url)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(url, "/healthz/live"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private JsonObject Configuration(string redis, decimal usd, TimeSpan lease) => new()
    {
        ["ConnectionStrings"] = new JsonObject { ["Redis"] = redis, ["Database"] = _ledger },
        ["Gateway"] = new JsonObject
        {
            ["ReservationLease"] = $"{lease}",
            ["Providers"] = new JsonObject
            {
                ["openai"] = new JsonObject { ["Kind"] = "OpenAI", ["Simulated"] = true, ["BaseUrl"] = $"{_simulator.Urls.Single()}/accounts/openai/v1", ["Models"] = new JsonArray("gpt-image-1") },
            },
            ["Routes"] = new JsonArray(new JsonObject { ["Name"] = "all" }),
            ["Tenants"] = new JsonObject
            {
                ["acme"] = new JsonObject
                {
                    ["Keys"] = new JsonArray(new JsonObject { ["Name"] = "web", ["Secret"] = "file:secrets/acme" }),
                    ["Limits"] = new JsonObject { ["UsdTotal"] = usd },
                },
            },
        },
    };
}
