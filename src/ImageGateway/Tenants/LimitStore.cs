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

    /// <summary>Replaces the scope's limits; its top-ups stay.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="checkTopUps">Called with the top-ups that stay; it may refuse the change.</param>
    /// <param name="ifMatch">The version that is replaced.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancellationToken">Cancels the change.</param>
    /// <exception cref="GatewayException">A limit is out of its range.</exception>
    public Task<IssuedLimits> SetAsync(IssuedLimits limits, Action<IReadOnlyList<TopUp>> checkTopUps, IfMatch ifMatch, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        var before = await FindAsync(change, limits.Scope);
        ifMatch.Check(before?.Version);
        var topUps = before?.TopUps ?? [];
        checkTopUps(topUps);
        return await SaveAsync(change, "limits.set", before, limits with { TopUps = topUps });
    }, cancellationToken);

    /// <summary>Increases a limit for a time. Expired top-ups are dropped.</summary>
    /// <exception cref="GatewayException">The control plane has not set this limit for the scope, or the sum would be out of its range.</exception>
    public Task<IssuedLimits> TopUpAsync(string scope, TopUp topUp, IfMatch ifMatch, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        var before = await FindAsync(change, scope) ?? throw Unknown(scope);
        ifMatch.Check(before.Version);
        if (before.LimitWords is var words && !words.Contains(topUp.Limit))
            throw GatewayException.Invalid("limit", topUp.Limit, $"a limit that the control plane has set for {GatewayException.Shortened(scope)}: {string.Join(", ", words.DefaultIfEmpty("none"))}");
        var after = before with { TopUps = [.. before.TopUps.Where(other => other.ExpiresAt > change.Now), topUp] };
        return await SaveAsync(change, "limits.top_up", before, after);
    }, cancellationToken);

    /// <summary>Takes a top-up away before it ends.</summary>
    /// <exception cref="GatewayException">The scope has no such top-up.</exception>
    public Task<IssuedLimits> RemoveTopUpAsync(string scope, string id, IfMatch ifMatch, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        var before = await FindAsync(change, scope) ?? throw Unknown(scope);
        ifMatch.Check(before.Version);
        var after = before with { TopUps = [.. before.TopUps.Where(topUp => topUp.Id != id)] };
        return after.TopUps.Count < before.TopUps.Count
            ? await SaveAsync(change, "limits.top_up_delete", before, after)
            : throw new GatewayException(ErrorKind.NotFound, $"{GatewayException.Shortened(scope)} has no top-up '{GatewayException.Shortened(id)}'.", "id");
    }, cancellationToken);

    public Task DeleteAsync(string scope, IfMatch ifMatch, Actor actor, CancellationToken cancellationToken) => changes.MakeAsync(actor, async change =>
    {
        var before = await FindAsync(change, scope) ?? throw Unknown(scope);
        ifMatch.Check(before.Version);
        await ForgetAsync(change, before.Tenant, scope);
        return before;
    }, cancellationToken);

    /// <summary>Removes the limits of a deleted scope; null: all of the tenant's, including its projects', keys' and users'.</summary>
    public static async Task ForgetAsync(ControlChange change, string tenant, string? scope)
    {
        const string Those = "FROM limits WHERE tenant = @tenant AND scope = COALESCE(@scope, scope)";
        foreach (var row in await change.QueryAsync<Row>($"SELECT version, settings {Those} ORDER BY scope", new { tenant, scope }))
            await change.RecordAsync(new ChangeRecord("limits.delete", Read(row).Scope, tenant, row.Settings, null));
        await change.ExecuteAsync($"DELETE {Those}", new { tenant, scope });
    }

    /// <summary>The error for a scope without limits from the control plane.</summary>
    public static GatewayException Unknown(string scope) => new(ErrorKind.NotFound, $"The control plane has set no limits for {GatewayException.Shortened(scope)}.");

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
