using ImageGateway.Catalog;
using ImageGateway.Hosting;
using ImageGateway.Images;

namespace ImageGateway.Admin;

/// <summary>The price book of the control plane: USD per million tokens, or per image.</summary>
internal sealed record PriceBookAnswer(string PriceBook, string Currency, IReadOnlyList<PriceAnswer> Data);

/// <summary>The price of a model from a day on.</summary>
internal sealed record PriceAnswer(
    string Model, DateOnly From, decimal TextInput, decimal CachedTextInput, decimal ImageInput, decimal CachedImageInput,
    decimal ImageOutput, decimal TextOutput, Dictionary<string, Dictionary<string, decimal>>? PerImage);

/// <summary><c>GET /admin/v1/prices</c>.</summary>
internal static class PriceEndpoints
{
    public static void MapPrices(this IEndpointRouteBuilder app) => app.MapGet("/admin/v1/prices", (GatewaySnapshot snapshot) =>
        new PriceBookAnswer(snapshot.Catalogue.Version, "usd", [.. snapshot.Catalogue.Models.Values.OrderBy(model => model.Name).SelectMany(Prices)]));

    private static IEnumerable<PriceAnswer> Prices(Model model) => model.Prices.Select(price => new PriceAnswer(
        model.Name, price.From, PerMillion(price.TextInput), PerMillion(price.CachedTextInput), PerMillion(price.ImageInput),
        PerMillion(price.CachedImageInput), PerMillion(price.ImageOutput), PerMillion(price.TextOutput),
        price.PerImage?.ToDictionary(row => row.Key, row => row.Value.ToDictionary(cell => cell.Key.ToString(), cell => cell.Value.Usd))));

    private static decimal PerMillion(NanoUsd each) => each.Usd * 1_000_000;
}
