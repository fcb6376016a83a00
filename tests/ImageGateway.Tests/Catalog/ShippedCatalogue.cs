using ImageGateway.Catalog;
using ImageGateway.Configuration;
using ImageGateway.Images;

namespace ImageGateway.Tests.Catalog;

/// <summary><c>config/models.json</c> as it is shipped.</summary>
internal static class ShippedCatalogue
{
    private static readonly DateOnly Day = new(2026, 11, 20);

    public static Catalogue Loaded { get; } = Load();

    public static Model Model(string name) => Loaded.Models[name];

    public static Price Price(string name) => Model(name).PriceOn(Day)!;

    public static ImageSize Size(string text) => ImageSize.TryParse(text, out var size) ? size : throw new FormatException(text);

    private static Catalogue Load()
    {
        var mistakes = new Mistakes("Catalogue");
        return Catalogue.Load(Repository.File("config", "models.json"), mistakes) ?? throw new ConfigurationException(mistakes.All);
    }
}
