using ImageGateway.Admin.Outcomes;
using ImageGateway.Admin.Reconciling;
using ImageGateway.Admin.Spending;

namespace ImageGateway.Admin;

/// <summary>The control plane: everything below <c>/admin/v1</c>.</summary>
internal static class AdminEndpoints
{
    /// <summary>The methods of a change: members that the body leaves out stay as they are.</summary>
    public static readonly string[] PatchOrPut = [HttpMethods.Patch, HttpMethods.Put];

    /// <summary>Maps the control plane, and its description at <c>/openapi/v1.json</c>.</summary>
    public static void MapAdmin(this IEndpointRouteBuilder app)
    {
        app.MapTenants();
        app.MapProjects();
        app.MapKeys();
        app.MapLimits();
        app.MapLimitStandings();
        app.MapLedger();
        app.MapOutcomes();
        app.MapSpend();
        app.MapExport();
        app.MapReconciliation();
        app.MapAudit();
        app.MapTargets();
        app.MapPrices();
        app.MapOpenApi();
    }
}
