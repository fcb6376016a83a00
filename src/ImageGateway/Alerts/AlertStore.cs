using Dapper;
using ImageGateway.Database;

namespace ImageGateway.Alerts;

/// <summary>An alert to be delivered.</summary>
internal sealed record DueAlert(string Crossing, string Id, string Body, long Tries);

/// <summary>Stores alerts until they are delivered: each crossing once, whichever replica sees it first.</summary>
internal sealed class AlertStore(SqlDatabase database)
{
    // How long a replica may try before another one does: far longer than a post takes.
    private const long ClaimMs = 60_000;

    // The longest window is a month; jobs that began in it may end after it.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(62);

    /// <summary>Adds the alerts whose crossing is new, and returns them.</summary>
    /// <param name="alerts">The alerts.</param>
    /// <param name="isPosted">False without a webhook: these alerts are then never posted, even if a webhook is configured later.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<List<Alert>> AddAsync(IReadOnlyList<Alert> alerts, bool isPosted, CancellationToken cancellationToken)
    {
        var added = new List<Alert>();
        if (alerts.Count == 0)
            return added;
        await using var connection = await database.OpenAsync(cancellationToken);
        foreach (var alert in alerts)
        {
            var one = alert with { Id = Guid.NewGuid().ToString() };
            var at = one.CreatedAt * 1000;
            var rows = await connection.ExecuteAsync(
                "INSERT INTO alerts (crossing, id, created_at, body, tries, due_at, delivered_at) VALUES (@Crossing, @Id, @at, @body, 0, 0, @delivered) ON CONFLICT DO NOTHING",
                new { one.Crossing, one.Id, at, body = one.ToJson(), delivered = isPosted ? (long?)null : at });
            if (rows > 0)
                added.Add(one);
        }
        return added;
    }

    /// <summary>
    /// Claims an alert that is due now (Unix ms): never tried ones first, then in the order they fell due; null: there is none,
    /// or another replica has just claimed it.
    /// </summary>
    public async Task<DueAlert?> ClaimAsync(long now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QueryFirstOrDefaultAsync<DueAlert>(
            """
            UPDATE alerts SET due_at = @until
            WHERE crossing = (SELECT crossing FROM alerts WHERE delivered_at IS NULL AND due_at <= @now ORDER BY due_at, created_at LIMIT 1) AND delivered_at IS NULL AND due_at <= @now
            RETURNING crossing, id, body, tries
            """,
            new { until = now + ClaimMs, now });
    }

    /// <summary>Marks waiting alerts as never to be posted, since there is no webhook.</summary>
    public async Task DropAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync("UPDATE alerts SET delivered_at = created_at WHERE delivered_at IS NULL");
    }

    /// <summary>Records the delivery, or the next try at <paramref name="dueAt"/> (Unix ms).</summary>
    public async Task EndAsync(DueAlert alert, long? deliveredAt, long dueAt, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(
            "UPDATE alerts SET delivered_at = @deliveredAt, due_at = @dueAt, tries = tries + 1 WHERE crossing = @Crossing", new { deliveredAt, dueAt, alert.Crossing });
    }

    /// <summary>Deletes crossings that cannot recur: alerts of windows long past, posted or not. Alerts without a window stay.</summary>
    public async Task CleanAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync("DELETE FROM alerts WHERE created_at < @before AND crossing NOT LIKE '|%'", new { before = (now - Kept).ToUnixTimeMilliseconds() });
    }

    /// <summary>
    /// Each tenant's spend in the hours from <paramref name="from"/> to <paramref name="to"/> (Unix ms), in nano-USD; without
    /// tenants that spent nothing.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, long>> SpentAsync(long from, long to, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var spent = await connection.QueryAsync<(string Tenant, long Charge)>(
            "SELECT tenant, CAST(SUM(charge) AS BIGINT) FROM usage_hours WHERE start_at >= @from AND start_at < @to GROUP BY tenant HAVING SUM(charge) <> 0", new { from, to });
        return spent.ToDictionary(tenant => tenant.Tenant, tenant => tenant.Charge);
    }
}
