using System.Security.Cryptography;
using Dapper;

namespace ImageGateway.Database;

/// <summary>Keys that the gateway makes for itself, once for all replicas.</summary>
internal static class GatewayKeys
{
    /// <summary>The key of that name; made when there is none yet.</summary>
    /// <param name="database">Where it is kept.</param>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">How long a new one is.</param>
    public static async Task<byte[]> FindOrMakeAsync(SqlDatabase database, string name, int bytes)
    {
        await using var connection = await database.OpenAsync(CancellationToken.None);
        var value = Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes));
        // Of several replicas that start at once, one makes it.
        await connection.ExecuteAsync("INSERT INTO gateway_keys (name, value) VALUES (@name, @value) ON CONFLICT (name) DO NOTHING", new { name, value });
        return Convert.FromBase64String(await connection.ExecuteScalarAsync<string>("SELECT value FROM gateway_keys WHERE name = @name", new { name }) ?? value);
    }
}
