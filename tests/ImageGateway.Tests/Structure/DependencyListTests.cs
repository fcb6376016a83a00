using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ImageGateway.Tests.Structure;

/// <summary>The dependencies of the service are those that <c>docs/security.md</c> lists, with their licences.</summary>
public sealed partial class DependencyListTests
{
    [Fact]
    public void Every_package_of_the_service_is_listed_with_its_version_and_licence()
    {
        var packages = XDocument.Load(Repository.File("Directory.Packages.props")).Descendants("ItemGroup")
            .Single(group => (string?)group.Attribute("Label") == "Service").Elements("PackageVersion")
            .Select(package => (Name: (string)package.Attribute("Include")!, Version: (string)package.Attribute("Version")!)).OrderBy(package => package.Name, StringComparer.OrdinalIgnoreCase).ToList();
        var listed = Row().Matches(File.ReadAllText(Repository.File("docs", "security.md"))).Select(row => (row.Groups["name"].Value, row.Groups["version"].Value, row.Groups["licence"].Value)).ToList();

        Assert.Equal(packages, listed.Select(row => (row.Item1, row.Item2)));
        Assert.All(packages.Zip(listed), entry => Assert.Equal(Licence(entry.First.Name, entry.First.Version) ?? entry.Second.Item3, entry.Second.Item3));
    }

    // As the package itself says, where it says so in a word.
    private static string? Licence(string name, string version)
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var nuspec = Path.Combine(packages, name.ToLowerInvariant(), version, $"{name.ToLowerInvariant()}.nuspec");
        return XDocument.Load(nuspec).Descendants().FirstOrDefault(element => element.Name.LocalName == "license" && (string?)element.Attribute("type") == "expression")?.Value;
    }

    [GeneratedRegex(@"^\| (?<name>[\w.]+) \| (?<version>[\d.]+) \| (?<licence>[\w.-]+) \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Row();
}
