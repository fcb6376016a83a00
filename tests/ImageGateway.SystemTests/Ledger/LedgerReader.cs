using Dapper;
using ImageGateway.Configuration;
using ImageGateway.Database;
using ImageGateway.Ledger;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>Looks into a ledger's database beside the gateway.</summary>
internal sealed class LedgerReader(string connectionString)
{
    private const string Key = "tenant, project, key_id, end_user, model, target, size, quality, operation";
    private const string Summed = "text_input, image_input, cached_text_input, cached_image_input, image_output, text_output, charge, list_cost, billed_cost, avoided_cost";

    public string ConnectionString => connectionString;

    public SqlDatabase Database { get; } = SqlDatabase.Create(connectionString, "/", new Mistakes("ConnectionStrings")) ?? throw new InvalidOperationException(connectionString);

    /// <summary>Entries, oldest first; all, or those that meet a condition.</summary>
    public async Task<IReadOnlyList<LedgerRow>> EntriesAsync(string condition = "1 = 1") =>
        [.. (await RowsAsync($"SELECT * FROM entries WHERE {condition} ORDER BY created_at, id")).Select(row => new LedgerRow(row))];

    /// <summary>The entry of a request, once it is there: it follows the answer.</summary>
    public async Task<LedgerRow> EntryAsync(string id)
    {
        IReadOnlyList<LedgerRow> found = [];
        await Until.TrueAsync(async () => (found = await EntriesAsync($"id = '{id}'")).Count > 0, $"the entry of {id}");
        return found[0];
    }

    /// <summary>The entry of the only job there was.</summary>
    public async Task<LedgerRow> OnlyEntryAsync()
    {
        await Until.TrueAsync(async () => await CountAsync("entries") > 0, "an entry");
        return Assert.Single(await EntriesAsync());
    }

    /// <summary>The entries that open jobs would become.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> IntentsAsync() =>
        [.. (await RowsAsync("SELECT entry FROM intents ORDER BY id")).Select(row => LedgerEntry.FromJson((string)row["entry"]!))];

    public async Task<long> CountAsync(string table)
    {
        await using var connection = await Database.OpenAsync(CancellationToken.None);
        return await connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {table}");
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await Database.OpenAsync(CancellationToken.None);
        await connection.ExecuteAsync(sql);
    }

    /// <summary>Fails unless the sums by the hour and by the day are exactly those of the entries.</summary>
    public async Task CheckSumsAsync()
    {
        foreach (var (table, width) in ((string, long)[])[("usage_hours", UsageSum.Hour), ("usage_days", UsageSum.Day)])
        {
            var (ours, theirs) = (OfEntries(width), $"SELECT start_at, {Key}, jobs, requests, images, {Summed} FROM {table}");
            Assert.Empty(await RowsAsync($"{ours} EXCEPT {theirs}"));
            Assert.Empty(await RowsAsync($"{theirs} EXCEPT {ours}"));
        }
    }

    // Of a correction's job the entry it corrects was counted.
    private static string OfEntries(long width)
    {
        const string Answered = "status = 'completed' AND attempts <> '[]'";
        var sums = string.Join(", ", Summed.Split(", ").Select(column => $"CAST(SUM({column}) AS BIGINT)"));
        return $"""
            SELECT created_at / {width} * {width} AS start_at, tenant, project, key_id, COALESCE(end_user, '') AS end_user, COALESCE(served_model, '') AS model,
              COALESCE(target, '') AS target, COALESCE(size, '') AS size, COALESCE(quality, '') AS quality, operation,
              CAST(SUM(CASE WHEN corrects IS NULL THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN {Answered} THEN 1 ELSE 0 END) AS BIGINT),
              CAST(SUM(CASE WHEN {Answered} THEN images ELSE 0 END) AS BIGINT), {sums}
            FROM entries GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
            """;
    }

    private async Task<IReadOnlyList<IDictionary<string, object?>>> RowsAsync(string sql)
    {
        await using var connection = await Database.OpenAsync(CancellationToken.None);
        return [.. (await connection.QueryAsync(sql)).Cast<IDictionary<string, object?>>()];
    }
}
