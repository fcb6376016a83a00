using System.Data.Common;
using System.Globalization;
using System.Text;
using Dapper;
using ImageGateway.Database;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Quotas;

namespace ImageGateway.Hosting;

/// <summary>Past usage for quotas, read from the ledger's tables.</summary>
internal sealed class LedgerHistory(SqlDatabase database, JobLedger ledger) : IQuotaHistory
{
    public bool IsKept => true;

    public ValueTask<long> GenerationAsync(string tenant) =>
        AskAsync(connection => connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(generation), 0) FROM quota_generations WHERE tenant = @tenant", new { tenant }));

    public ValueTask<long> NextGenerationAsync(string tenant) => AskAsync(connection => connection.ExecuteScalarAsync<long>(LedgerStore.NextGeneration, new { tenant }));

    /// <summary>A single statement, so that a job that closes meanwhile is counted once: among the open jobs or in the totals.</summary>
    public async ValueTask<PastUse> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses)
    {
        if (uses.Count == 0)
            return new PastUse([], []);
        var scopes = uses.Select(use => new LedgerScope(use)).ToList();
        var (sql, parameters) = Query(tenant, scopes);
        var rows = await AskAsync(async connection =>
        {
            await ledger.FlushAsync();
            return (await connection.QueryAsync<(long Place, long Amount, string? Entry)>(sql, parameters)).AsList();
        });
        var settled = new long[uses.Count];
        foreach (var (place, amount, _) in rows.Where(row => row.Entry is null))
            settled[place] = amount;
        var jobs = rows.Where(row => row.Entry is not null).Select(row => LedgerEntry.FromJson(row.Entry!)).GroupBy(entry => entry.Id);
        return new PastUse(settled, [.. jobs.Select(job => new OpenJob(job.Key, [.. scopes.Select(scope => job.Max(scope.Held))]))]);
    }

    public async ValueTask<IReadOnlyList<string>> OpenAsync(IReadOnlyCollection<string> ids) =>
        [.. await AskAsync(connection => connection.QueryAsync<string>($"SELECT DISTINCT job FROM intents WHERE {Rows.Among(connection, "job", "@ids")}", new { ids = ids.ToArray() }))];

    public async ValueTask<IReadOnlyList<EndedJob>> EndedAsync(IReadOnlyCollection<string> ids)
    {
        var rows = await AskAsync(connection => connection.QueryAsync<(string Id, long Charge, long Tokens)>(
            $"SELECT id, charge, image_output + text_output FROM entries WHERE {Rows.Among(connection, "id", "@ids")}", new { ids = ids.ToArray() }));
        return [.. rows.Select(row => new EndedJob(row.Id, row.Charge, row.Tokens))];
    }

    private static (string Sql, DynamicParameters Parameters) Query(string tenant, List<LedgerScope> scopes)
    {
        var (sql, parameters) = (new StringBuilder(), new DynamicParameters());
        parameters.Add("tenant", tenant);
        for (var i = 0; i < scopes.Count; i++)
        {
            if (scopes[i].Column is not { } column)
                continue;
            parameters.Add($"from{i}", scopes[i].From);
            parameters.Add($"part{i}", scopes[i].Part);
            sql.Append(CultureInfo.InvariantCulture, $"SELECT {i} AS place, CAST(COALESCE(SUM({column}), 0) AS BIGINT) AS amount, CAST(NULL AS TEXT) AS entry FROM usage_days WHERE tenant = @tenant AND start_at >= @from{i}");
            if (scopes[i].ScopeColumn is { } scope)
                sql.Append(CultureInfo.InvariantCulture, $" AND {scope} = @part{i}");
            sql.Append(" UNION ALL ");
        }
        sql.Append("SELECT -1, 0, entry FROM intents WHERE tenant = @tenant");
        return (sql.ToString(), parameters);
    }

    private async ValueTask<T> AskAsync<T>(Func<DbConnection, Task<T>> ask)
    {
        try
        {
            await using var connection = await database.OpenAsync(CancellationToken.None);
            return await ask(connection);
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e))
        {
            throw new GatewayException(new GatewayError(ErrorKind.StoreUnavailable, "The amount spent so far cannot be read now. Please try again later.") { RetryAfter = TimeSpan.FromSeconds(1) }, e);
        }
    }
}

/// <summary>A counter's scope, window and measure as the ledger's columns.</summary>
internal sealed class LedgerScope
{
    private readonly CounterUse _use;
    private readonly string _kind;

    public LedgerScope(CounterUse use)
    {
        _use = use;
        var (colon, slash) = (use.Scope.IndexOf(':', StringComparison.Ordinal), use.Scope.IndexOf('/', StringComparison.Ordinal));
        _kind = use.Scope[..colon];
        Part = _kind == "key" ? use.Scope[(colon + 1)..] : use.Scope[(slash + 1)..];
        From = use.Limit.Kind.Start(use.Now)?.ToUnixTimeMilliseconds() ?? 0;
    }

    public string Part { get; }

    /// <summary>When the window began, in Unix ms.</summary>
    public long From { get; }

    /// <summary>The summed column; null where only open jobs count.</summary>
    public string? Column => (_use.Shape, _use.Measure) switch
    {
        (LimitShape.Concurrent, _) => null,
        (_, Measure.NanoUsd) => "charge",
        (_, Measure.OutputTokens) => "image_output + text_output",
        _ => null,
    };

    /// <summary>The column of the scope; null: the whole tenant.</summary>
    public string? ScopeColumn => _kind switch { "project" => "project", "key" => "key_id", "user" => "end_user", _ => null };

    /// <summary>What an open job may use of the counter, as the ledger does not know its output tokens yet; null: the job does not count.</summary>
    public long? Held(LedgerEntry job) => !Has(job) ? null : (_use.Shape, _use.Measure) switch
    {
        (LimitShape.Concurrent, _) => job.N,
        (_, Measure.NanoUsd) when job.CreatedAt >= From => job.Charge,
        (_, Measure.OutputTokens) when job.CreatedAt >= From => 0,
        _ => null,
    };

    private bool Has(LedgerEntry job) => _kind switch
    {
        "project" => job.Project == Part,
        "key" => job.KeyId == Part,
        "user" => job.User == Part,
        _ => true,
    };
}
