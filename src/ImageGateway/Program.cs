using ImageGateway.Admin;
using ImageGateway.Admin.Reconciling;
using ImageGateway.Admin.Spending;
using ImageGateway.Api;
using ImageGateway.Api.Organization;
using ImageGateway.Api.PassThrough;
using ImageGateway.Configuration;
using ImageGateway.Hosting;
using ImageGateway.Telemetry;
using ImageGateway.Tenants;
using Microsoft.AspNetCore.Connections;

try
{
    await using var gateway = await BuildAsync(args);
    await gateway.RunAsync();
    return 0;
}
catch (ConfigurationException e)
{
    foreach (var mistake in e.Mistakes)
        await Console.Error.WriteLineAsync(mistake);
    return 1;
}
catch (IOException e) when (e.InnerException is AddressInUseException)
{
    await Console.Error.WriteLineAsync($"Urls: {e.Message.TrimEnd('.')}. Choose another address with --urls http://127.0.0.1:PORT");
    return 1;
}

/// <summary>The gateway, whole and not yet started.</summary>
internal sealed partial class Program
{
    public static async Task<WebApplication> BuildAsync(string[] args, TimeProvider? time = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        var file = GatewayFile.AddTo(builder);
        ConfigurationException.ThrowIfAny(builder.AddGatewayLogging());
        builder.AddGatewayServer();
        await builder.AddGatewayAsync(file, time ?? TimeProvider.System);

        var app = builder.Build();
        app.UseMiddleware<RequestLog>();
        app.UseMiddleware<ErrorHandling>();
        app.UseAdminListener();
        app.UseWhen(http => IsDataPlane(http.Request.Path), plane => plane.RequireTenantKey());
        app.UseWhen(http => IsGovernance(http.Request.Path), plane => plane.RequireTenantOrAdminKey());
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/admin"), plane => plane.RequireAdminKey());
        app.UseRateLimiter();
        app.UseMiddleware<PassThroughStage>();
        app.UseRouting();
        app.Services.GetRequiredService<ImageEndpoints>().Map(app);
        app.Services.GetRequiredService<EstimateEndpoint>().Map(app);
        app.MapModels();
        app.MapQuota();
        app.MapOrganization();
        app.MapImageJobs();
        app.MapAdmin();
        app.MapHealth();
        app.MapMetrics();
        return app;
    }

    private static bool IsDataPlane(PathString path) => (path.StartsWithSegments("/v1") && !IsGovernance(path)) || path.StartsWithSegments("/openai");

    private static bool IsGovernance(PathString path) => path.StartsWithSegments("/v1/organization/usage/images") || path.StartsWithSegments("/v1/organization/costs");
}
