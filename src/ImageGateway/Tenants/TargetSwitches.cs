using System.Data.Common;
using Dapper;
using ImageGateway.Database;

namespace ImageGateway.Tenants;

/// <summary>An operator's switch of a target, by its name: drained, or enabled again.</summary>
internal sealed record TargetSwitch(string Target, bool IsDrained);

/// <summary>The last switch of each target in the database: it applies on all replicas, and after a restart.</summary>
internal static class TargetSwitches
{
    private sealed record Row(string Target, long Drained);

    /// <summary>The switches after the change number <paramref name="since"/>; a target without one was never drained.</summary>
    public static async Task<IReadOnlyList<TargetSwitch>> ReadAsync(DbConnection connection, long since) =>
        [.. (await connection.QueryAsync<Row>("SELECT target, drained FROM target_switches WHERE version > @since", new { since })).Select(row => new TargetSwitch(row.Target, row.Drained != 0))];

    public static Task SaveAsync(this ControlChange change, TargetSwitch made) => change.ExecuteAsync(
        "INSERT INTO target_switches (target, version, drained) VALUES (@Target, @Number, @drained) ON CONFLICT (target) DO UPDATE SET version = excluded.version, drained = excluded.drained",
        new { made.Target, change.Number, drained = made.IsDrained ? 1L : 0L });
}
