using ImageGateway.Database;
using ImageGateway.Tenants;

namespace ImageGateway.Hosting;

/// <summary>Registers the tenant directory and, with a database, the services that change and refresh it.</summary>
internal static class TenantServices
{
    public static void AddTenants(this IServiceCollection services)
    {
        services.AddSingleton<FailedAuthentications>();
        services.AddSingleton(provider =>
        {
            var snapshots = provider.GetRequiredService<Snapshots>();
            return new TenantDirectory(() => snapshots.Current.Tenants, provider.GetRequiredService<TimeProvider>());
        });
        if (services.Any(service => service.ServiceType == typeof(SqlDatabase)))
        {
            services.AddSingleton<TenantFeed>();
            services.AddHostedService(provider => provider.GetRequiredService<TenantFeed>());
        }
        services.AddSingleton(provider => new TenantChanges(provider.GetService<SqlDatabase>(), provider.GetService<TenantFeed>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<TenantStore>();
        services.AddSingleton<ProjectStore>();
        services.AddSingleton<LimitStore>();
        services.AddSingleton<KeyStore>();
    }
}
