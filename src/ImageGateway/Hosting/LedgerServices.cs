using ImageGateway.Configuration;
using ImageGateway.Database;
using ImageGateway.Ledger;
using ImageGateway.Ledger.Queries;
using ImageGateway.Quotas;

namespace ImageGateway.Hosting;

/// <summary>Registers the database and the ledger, after bringing the schema up to date.</summary>
internal static class LedgerServices
{
    private const string Default = "Data Source=data/gateway.db";

    /// <summary>Opens <c>ConnectionStrings:Database</c>; if it is empty, no ledger is kept and the control plane stores nothing.</summary>
    /// <exception cref="ConfigurationException">The database cannot be used.</exception>
    public static async Task AddLedgerAsync(this WebApplicationBuilder builder, LedgerOptions options, GatewayFile file, ICollection<string> warnings)
    {
        var (services, folder) = (builder.Services, Path.GetDirectoryName(file.Path)!);
        services.AddSingleton(options);
        services.AddSingleton(provider => new LedgerReader(provider.GetService<SqlDatabase>(), provider.GetRequiredService<JobLedger>(), provider.GetRequiredService<ILogger<LedgerReader>>()));
        // An empty value must count, in a switch and in the file; the host's configuration drops it, and nesting configurations
        // hides it, so the file itself is read.
        if (await OpenAsync(builder.Configuration["ConnectionStrings:Database"] ?? file.Read()["ConnectionStrings:Database"] ?? Default, folder) is not { } database)
        {
            warnings.Add("ConnectionStrings:Database is empty: no ledger is kept, and tenants come from the configuration alone");
            services.AddSingleton(new JobLedger(null, options));
            await services.AddSigningKeyAsync(null);
            return;
        }
        services.AddSingleton(database);
        await services.AddSigningKeyAsync(database);
        services.AddSingleton(provider => new LedgerSpool(Path.GetFullPath(options.Spool, folder), options.SpoolBytes, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<LedgerSpool>>()));
        services.AddSingleton<LedgerWriter>();
        services.AddSingleton(provider => new JobLedger(provider.GetRequiredService<LedgerWriter>(), options));
        services.AddSingleton<LedgerHistory>();
        services.AddHostedService(provider => provider.GetRequiredService<LedgerWriter>());
        services.AddSingleton<Func<IReadOnlyList<LedgerEntry>, Task>>(provider => abandoned => QuotaServices.SettleAsync(provider.GetRequiredService<IQuotaStore>(), abandoned));
        services.AddHostedService<LedgerLease>();
    }

    private static async Task<SqlDatabase?> OpenAsync(string connectionString, string folder)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
            return null;
        var mistakes = new Mistakes("ConnectionStrings");
        if (SqlDatabase.Create(connectionString, folder, mistakes) is not { } database)
            throw new ConfigurationException(mistakes.All);
        try
        {
            await Migrations.ApplyAsync(database, CancellationToken.None);
            return database;
        }
        catch (SchemaException e)
        {
            throw new ConfigurationException([$"ConnectionStrings:Database: {e.Message}"]);
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e))
        {
            throw new ConfigurationException([$"ConnectionStrings:Database: the database cannot be used: {e.Message}"]);
        }
    }
}
