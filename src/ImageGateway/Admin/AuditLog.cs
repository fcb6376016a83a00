using System.Text.Json;
using Dapper;
using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Admin;

/// <summary>
/// A change of the control plane. <see cref="CreatedAt"/> is in Unix seconds; <see cref="Before"/> is null for a creation,
/// <see cref="After"/> for a deletion.
/// </summary>
internal sealed record AuditEntry(string Id, long CreatedAt, string Actor, string ActorScope, string Action, string Subject, string? Tenant, JsonElement? Before, JsonElement? After);

/// <summary>The filter of an audit log query; null: anything. Times are Unix seconds, from inclusive, to exclusive.</summary>
internal sealed record AuditFilter(string? Subject, string? Actor, string? Tenant, long? From, long? To);

/// <summary>Reads the audit log.</summary>
internal static class AuditLog
{
    /// <summary>At most <paramref name="count"/> entries, backwards from <paramref name="before"/> (an entry's number; null: the newest).</summary>
    public static async Task<IReadOnlyList<AuditEntry>> ReadAsync(SqlDatabase database, AuditFilter filter, long? before, int count, CancellationToken cancellationToken)
    {
        string?[] conditions =
        [
            filter.Subject is null ? null : "subject = @Subject",
            filter.Actor is null ? null : "actor = @Actor",
            filter.Tenant is null ? null : "tenant = @Tenant",
            filter.From is null ? null : "created_at >= @From",
            filter.To is null ? null : "created_at < @To",
            before is null ? null : "number < @before",
        ];
        var where = string.Join(" AND ", conditions.OfType<string>().DefaultIfEmpty("number > 0"));
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken);
            var rows = await connection.QueryAsync<Row>(
                "SELECT number, created_at AS CreatedAt, actor, actor_scope AS ActorScope, action, subject, tenant, before_json AS BeforeJson, after_json AS AfterJson"
                + $" FROM audit WHERE {where} ORDER BY number DESC LIMIT @count",
                new { filter.Subject, filter.Actor, filter.Tenant, filter.From, filter.To, before, count });
            return [.. rows.Select(Entry)];
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e))
        {
            throw new GatewayException(new GatewayError(ErrorKind.StoreUnavailable, "The database cannot be read. Try again."), e);
        }
    }

    private static AuditEntry Entry(Row row) => new($"{row.Number}", row.CreatedAt, row.Actor, row.ActorScope, row.Action, row.Subject, row.Tenant, Json(row.BeforeJson), Json(row.AfterJson));

    private static JsonElement? Json(string? text) => text is null ? null : JsonElement.Parse(text);

    private sealed record Row(long Number, long CreatedAt, string Actor, string ActorScope, string Action, string Subject, string? Tenant, string? BeforeJson, string? AfterJson);
}
