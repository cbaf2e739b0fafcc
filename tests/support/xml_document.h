#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

namespace faultline::test {

/// Markup parsed as XML. In XPath expressions HTML elements are h:table, those of SVG s:rect.
class XmlDocument {
 public:
  /// Fails the test when `text` is not well-formed.
  explicit XmlDocument(const std::string& text)
      : document_(xmlReadMemory(text.data(), static_cast<int>(text.size()), "markup", "UTF-8",
                                XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE),
                  xmlFreeDoc) {
    if (!document_) {
      const xmlError* error = xmlGetLastError();
      ADD_FAILURE() << "not well-formed: " << (error != nullptr ? error->message : "") << " at line "
                    << (error != nullptr ? error->line : 0);
    }
  }

  bool is_well_formed() const { return document_ != nullptr; }

  /// The text of every node that an expression selects, in order: content of elements, values of attributes.
  std::vector<std::string> texts(const std::string& expression) const {
    std::vector<std::string> all;
    for (const xmlNode* node : select(expression)) {
      const std::unique_ptr<xmlChar, decltype(xmlFree)> content(xmlNodeGetContent(node), xmlFree);
      all.emplace_back(reinterpret_cast<const char*>(content.get()));
    }
    return all;
  }
  size_t count(const std::string& expression) const { return select(expression).size(); }
  /// The only text that an expression selects; empty, and a failure, when there is not just one.
  std::string text(const std::string& expression) const {
    const auto all = texts(expression);
    EXPECT_EQ(all.size(), 1U) << expression;
    return all.size() == 1 ? all.front() : "";
  }
  /// Local names of the elements that an expression selects, in order.
  std::vector<std::string> names(const std::string& expression) const {
    std::vector<std::string> all;
    for (const xmlNode* node : select(expression)) {
      all.emplace_back(reinterpret_cast<const char*>(node->name));
    }
    return all;
  }

 private:
  std::vector<xmlNode*> select(const std::string& expression) const {
    if (!document_) {
      return {};
    }
    const auto bytes = [](const char* text) { return reinterpret_cast<const xmlChar*>(text); };
    const std::unique_ptr<xmlXPathContext, decltype(&xmlXPathFreeContext)> context(xmlXPathNewContext(document_.get()),
                                                                                   xmlXPathFreeContext);
    xmlXPathRegisterNs(context.get(), bytes("h"), bytes("http://www.w3.org/1999/xhtml"));
    xmlXPathRegisterNs(context.get(), bytes("s"), bytes("http://www.w3.org/2000/svg"));
    const std::unique_ptr<xmlXPathObject, decltype(&xmlXPathFreeObject)> found(
        xmlXPathEvalExpression(bytes(expression.c_str()), context.get()), xmlXPathFreeObject);
    if (!found) {
      ADD_FAILURE() << "bad expression " << expression;
      return {};
    }
    const xmlNodeSet* nodes = found->nodesetval;
    return nodes == nullptr ? std::vector<xmlNode*>()
                            : std::vector<xmlNode*>(nodes->nodeTab, nodes->nodeTab + nodes->nodeNr);
  }

  std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document_;
};

}  // namespace faultline::test
