using System.Data.Common;
using Dapper;
using ImageGateway.Database;
using ImageGateway.Images;
using ImageGateway.Quotas;

namespace ImageGateway.Tenants;

/// <summary>Sets, tops up and removes limits of the control plane, for tenants, projects and keys of either origin.</summary>
internal sealed class LimitStore(TenantChanges changes)
{
    private sealed record Row(long Version, string Settings);

    /// <summary>All limits that the control plane gave.</summary>
    public static async Task<IReadOnlyList<IssuedLimits>> ReadAsync(DbConnection connection) =>
        [.. (await connection.QueryAsync<Row>("SELECT version, settings FROM limits")).Select(Read)];

    /// <summary>Puts these in the place of the scope's limits; its top-ups stay.</summary>
    /// <exception cref="GatewayException">A limit is out of its range.</exception>
    public Task<IssuedLimits> SetAsync(IssuedLimits limits, IfMatch ifMatch, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        var before = await FindAsync(change, limits.Scope);
        ifMatch.Check(before?.Version ?? 0);
        return await SaveAsync(change, "limits.set", before, limits with { TopUps = before?.TopUps ?? [] });
    }, cancellationToken);

    /// <summary>Adds to a limit until a moment. Top-ups that are over are dropped.</summary>
    /// <exception cref="GatewayException">The control plane gave the scope no such limit, or it would be out of its range.</exception>
    public Task<IssuedLimits> TopUpAsync(string scope, TopUp topUp, IfMatch ifMatch, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        var before = await FindAsync(change, scope) ?? throw Unknown(scope);
        ifMatch.Check(before.Version);
        if (before.LimitWords is var words && !words.Contains(topUp.Limit))
            throw GatewayException.Invalid("limit", topUp.Limit, $"what the control plane limits of {GatewayException.Shortened(scope)}: {string.Join(", ", words.DefaultIfEmpty("nothing"))}");
        var after = before with { TopUps = [.. before.TopUps.Where(other => other.ExpiresAt > change.Now), topUp] };
        return await SaveAsync(change, "limits.top_up", before, after);
    }, cancellationToken);

    public Task DeleteAsync(string scope, IfMatch ifMatch, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        var before = await FindAsync(change, scope) ?? throw Unknown(scope);
        ifMatch.Check(before.Version);
        await ForgetAsync(change, before.Tenant, scope);
        return before;
    }, cancellationToken);

    /// <summary>Removes the limits of a scope that goes; null: all of the tenant's, those of its projects, keys and users too.</summary>
    public static async Task ForgetAsync(ControlChange change, string tenant, string? scope)
    {
        const string Those = "FROM limits WHERE tenant = @tenant AND scope = COALESCE(@scope, scope)";
        foreach (var row in await change.QueryAsync<Row>($"SELECT version, settings {Those} ORDER BY scope", new { tenant, scope }))
            await change.RecordAsync(new ChangeRecord("limits.delete", Read(row).Scope, tenant, row.Settings, null));
        await change.ExecuteAsync($"DELETE {Those}", new { tenant, scope });
    }

    /// <summary>The failure of a scope without limits of the control plane.</summary>
    public static GatewayException Unknown(string scope) => new(ErrorKind.NotFound, $"The control plane has given no limits to {GatewayException.Shortened(scope)}.");

    private static async Task<IssuedLimits> SaveAsync(ControlChange change, string action, IssuedLimits? before, IssuedLimits after)
    {
        // As they are without what is put on top, which ends; and with it, since the sum has a bound, too.
        Check(after with { TopUps = [] }, DateTimeOffset.FromUnixTimeSeconds(change.Now));
        Check(after, DateTimeOffset.FromUnixTimeSeconds(change.Now));
        after = after with { Version = change.Number };
        await change.ExecuteAsync(
            "INSERT INTO limits (scope, tenant, version, settings) VALUES (@Scope, @Tenant, @Version, @settings) ON CONFLICT (scope) DO UPDATE SET version = excluded.version, settings = excluded.settings",
            new { after.Scope, after.Tenant, after.Version, settings = TenantJson.Write(after) });
        await change.RecordAsync(new ChangeRecord(action, after.Scope, after.Tenant, before is null ? null : TenantJson.Write(before), TenantJson.Write(after)));
        return after;
    }

    private static void Check(IssuedLimits limits, DateTimeOffset now) => limits.At(now, (option, message) =>
    {
        var word = LimitKind.All.First(kind => kind.Name == option).Word;
        throw new GatewayException(ErrorKind.InvalidValue, $"Invalid value for '{word}': {message}.", word);
    });

    private static async Task<IssuedLimits?> FindAsync(ControlChange change, string scope) =>
        await change.FindAsync<Row>("SELECT version, settings FROM limits WHERE scope = @scope", new { scope }) is { } row ? Read(row) : null;

    private static IssuedLimits Read(Row row) => TenantJson.Read<IssuedLimits>(row.Settings) with { Version = row.Version };
}
