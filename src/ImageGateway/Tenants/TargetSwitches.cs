using System.Data.Common;
using Dapper;
using ImageGateway.Database;

namespace ImageGateway.Tenants;

/// <summary>What an operator did with a target, by its name: drained it, or enabled it again.</summary>
internal sealed record TargetSwitch(string Target, bool IsDrained);

/// <summary>The last switch of each target in the database: it holds on all replicas, and after a restart.</summary>
internal static class TargetSwitches
{
    private sealed record Row(string Target, long Drained);

    /// <summary>What was switched after the change of the number <paramref name="since"/>; a target of which nothing is said was never drained.</summary>
    public static async Task<IReadOnlyList<TargetSwitch>> ReadAsync(DbConnection connection, long since) =>
        [.. (await connection.QueryAsync<Row>("SELECT target, drained FROM target_switches WHERE version > @since", new { since })).Select(row => new TargetSwitch(row.Target, row.Drained != 0))];

    public static Task SaveAsync(this ControlChange change, TargetSwitch made) => change.ExecuteAsync(
        "INSERT INTO target_switches (target, version, drained) VALUES (@Target, @Number, @drained) ON CONFLICT (target) DO UPDATE SET version = excluded.version, drained = excluded.drained",
        new { made.Target, change.Number, drained = made.IsDrained ? 1L : 0L });
}
