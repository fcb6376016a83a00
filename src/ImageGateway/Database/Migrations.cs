using System.Data.Common;
using System.Globalization;
using Dapper;

namespace ImageGateway.Database;

/// <summary>The database's schema, as numbered scripts (<c>Schema/NNN-name.sql</c>), applied in order at start under a lock.</summary>
internal static class Migrations
{
    // Any number that no other program on the server uses.
    private const long PostgresLock = 0x1A6E_6A7E;

    /// <summary>The version this program knows.</summary>
    public static int Latest => Scripts().Keys.Max();

    /// <summary>Brings the schema up to date.</summary>
    /// <exception cref="SchemaException">The database has a newer version, or does not guarantee durable commits.</exception>
    public static async Task ApplyAsync(SqlDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        if (database.IsPostgres)
            await CheckDurabilityAsync(connection);
        // Immediate in SQLite: of two processes that start at once, one waits.
        await connection.ExecuteAsync(database.IsPostgres ? $"BEGIN; SELECT pg_advisory_xact_lock({PostgresLock})" : "BEGIN IMMEDIATE");
        try
        {
            await connection.ExecuteAsync("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)");
            var version = await connection.ExecuteScalarAsync<long?>("SELECT MAX(version) FROM schema_version") ?? 0;
            if (version > Latest)
                throw new SchemaException(string.Create(CultureInfo.InvariantCulture, $"the database has schema version {version}; this program knows up to {Latest}. Run the newer program, or another database"));
            foreach (var (number, script) in Scripts().Where(script => script.Key > version))
            {
                await connection.ExecuteAsync(script);
                await connection.ExecuteAsync("INSERT INTO schema_version (version) VALUES (@number)", new { number });
            }
            await connection.ExecuteAsync("COMMIT");
        }
        catch
        {
            await Transactions.UndoAsync(connection);
            throw;
        }
    }

    // An intent lost in a power failure would be an unrecorded call.
    private static async Task CheckDurabilityAsync(DbConnection connection)
    {
        foreach (var setting in (string[])["synchronous_commit", "fsync"])
        {
            if (await connection.ExecuteScalarAsync<string>($"SHOW {setting}") is "off")
                throw new SchemaException($"PostgreSQL runs with {setting}=off: commits can be lost. Set it to on");
        }
    }

    private static SortedDictionary<int, string> Scripts()
    {
        var scripts = new SortedDictionary<int, string>();
        var assembly = typeof(Migrations).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.Contains(".Schema.", StringComparison.Ordinal)))
        {
            var file = name[(name.IndexOf(".Schema.", StringComparison.Ordinal) + ".Schema.".Length)..];
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            scripts.Add(int.Parse(file.Split('-')[0], CultureInfo.InvariantCulture), reader.ReadToEnd());
        }
        return scripts;
    }
}

/// <summary>The database cannot be used in its present state.</summary>
internal sealed class SchemaException(string message) : Exception(message);
