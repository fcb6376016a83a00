using Dapper;
using ImageGateway.Database;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Tenants;

/// <summary>Counts ledger entries where they are kept.</summary>
internal static class LedgerCount
{
    public static async Task<long> OfAsync(IServiceProvider services, string tenant)
    {
        await using var connection = await services.GetRequiredService<SqlDatabase>().OpenAsync(CancellationToken.None);
        return await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM entries WHERE tenant = @tenant", new { tenant });
    }
}
